import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {configFolder} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import {usableStateFolders} from '../config/usable-state.js';
import {systemClock} from '../core/clock.js';
import type {Client} from './client.js';
import type {CommandContext, ExitStatus} from './context.js';
import {connectLocal, startLocalFarm} from './local-farm.js';
import {typedProgram} from './own-program.js';
import {farewell, showLocalFarm} from './show-local-farm.js';
import {stopSignal} from './stop-signal.js';
import {isOnTerminal} from './viewer-settings.js';

/** A farm of one machine: scheduler and worker, and on a terminal the viewer in front, which asks when it is left whether both are to stop. Without a terminal there is a line whenever something has changed, and Ctrl-C stops both. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const host = thisHost();
	const {folders} = await usableStateFolders(host);
	const {folder} = configFolder(host, flags.text('config-dir'));
	const common = ['--config-dir', folder];
	const database = flags.text('db');
	using interruption = stopSignal();
	const farm = await startLocalFarm({
		runFolder: folders.run,
		logFolder: path.join(folders.log, 'up'),
		schedulerWords: [
			...common,
			...(database === undefined ? [] : ['--db', database]),
		],
		workerWords: common,
		again: `\`${typedProgram()} up\``,
		isCancelled: interruption.isReached,
	});
	if (farm === undefined) {
		return 0;
	}

	let isKept = false;
	try {
		const {entry} = farm;
		if (isOnTerminal()) {
			const answer = await showLocalFarm({
				context,
				clock: systemClock,
				entry,
				over: Promise.race([interruption.reached, farm.failure]),
			});
			isKept = answer === 'keep';
			return 0;
		}

		await using client = await connectLocal(entry, output);
		output.message(
			`lifeblood: the farm "${entry.farm}" runs at ${client.address()}, database ${entry.database}; Ctrl-C stops it`,
		);
		// One that is killed loses its connections before it is seen to have ended: that is waited for, and nothing else holds this process meanwhile.
		const hold = setInterval(() => undefined, longestHoldMs);
		const telling = async (): Promise<void> => {
			try {
				await tellChanges(client, output.message);
			} finally {
				await delay(endMs, undefined, {ref: false});
			}
		};

		try {
			await Promise.race([interruption.reached, farm.failure, telling()]);
		} finally {
			clearInterval(hold);
		}

		output.message('lifeblood: stopping');
		return 0;
	} finally {
		if (isKept) {
			output.message(
				farewell({
					farm,
					where:
						flags.text('config-dir') === undefined
							? ''
							: ` --config-dir ${folder}`,
				}),
			);
		} else {
			await farm.stop();
		}
	}
};

/** How long a scheduler without connections may take to be gone. */
const endMs = 10_000;

/** The longest that a timer takes, 24 days. */
const longestHoldMs = 2 ** 31 - 1;

/** No more often than this, however much goes on. */
const pauseMs = 1000;

/** Says how the farm stands whenever that has changed; until the connection ends. */
const tellChanges = async (
	client: Client,
	tell: (text: string) => void,
): Promise<void> => {
	let told = '';
	let changed = Promise.withResolvers<undefined>();
	const onUpdate = (): void => {
		changed.resolve(undefined);
	};

	const tasks = await client.watch({what: 'graph'}, onUpdate);
	const workers = await client.watch({what: 'workers'}, onUpdate);
	const ended = Promise.race([tasks.lost, workers.lost]);
	while (!tasks.isLost()) {
		changed = Promise.withResolvers<undefined>();
		/* eslint-disable no-await-in-loop -- a line follows a change */
		const line = standing(await client.call('farm.info', {}));
		if (line !== told) {
			told = line;
			tell(line);
		}

		await Promise.race([changed.promise, ended]);
		await delay(pauseMs, undefined, {ref: false});
		/* eslint-enable no-await-in-loop */
	}
};

const standing = ({
	tasks,
	workers,
}: {
	readonly tasks: Readonly<Record<string, number>>;
	readonly workers: Readonly<Record<string, number>>;
}): string => {
	const part = (counts: Readonly<Record<string, number>>, noun: string) => {
		const words = Object.entries(counts)
			.filter(([, count]) => count > 0)
			.map(([state, count]) => `${count} ${state}`);
		return `${noun}: ${words.length === 0 ? 'none' : words.join(', ')}`;
	};

	return `${part(workers, 'workers')}; ${part(tasks, 'tasks')}`;
};
