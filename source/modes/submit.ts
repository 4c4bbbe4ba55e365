import {systemClock} from '../core/clock.js';
import {taskAttributes} from './attributes.js';
import {openClient} from './client.js';
import type {Mode} from './context.js';
import {followTree} from './follow-tree.js';
import {parseEnvironment} from './parse-environment.js';
import {remaining, waitStatus} from './wait-result.js';

/** `lifeblood submit NODE …` */
export const run: Mode['run'] = async (context) => {
	const {flags, output} = context;
	const [node = ''] = context.arguments;
	const name = flags.text('name');
	const environment = parseEnvironment({
		resolver: flags.text('resolver'),
		packages: flags.texts('package'),
	});
	const attributes = await taskAttributes(flags);
	const isFollowing = flags.toggle('follow') === true;
	const isWaiting = isFollowing || flags.toggle('wait') === true;
	const isJson = flags.toggle('json') === true;

	await using client = await openClient(context);
	const {id} = await client.change('task.submit', {
		node,
		attributes,
		groups: [...flags.texts('group')],
		priority: flags.number('priority') ?? 0,
		paused: flags.toggle('paused') === true,
		...(name !== undefined && {name}),
		...(environment !== undefined && {environment}),
	});
	if (!isJson) {
		output.print(String(id));
	}

	if (!isWaiting) {
		if (isJson) {
			output.printJson({id});
		}

		return 0;
	}

	const left = remaining(flags.number('timeout'), systemClock.monotonic);
	const rest = client.callPatiently('task.wait', () => ({
		ids: [id],
		...left(),
	}));
	const following = isFollowing
		? followTree(
				{
					client,
					task: id,
					write(text) {
						if (isJson) {
							output.message(text.trimEnd());
						} else {
							output.print(text.trimEnd());
						}
					},
				},
				rest,
			)
		: undefined;
	const [result] = await Promise.all([rest, following]);
	if (isJson) {
		output.printJson({id, ...result});
	}

	return waitStatus(result, output);
};
