import path from 'node:path';
import {thisHost} from '../config/host.js';
import {usableStateFolders} from '../config/usable-state.js';
import type {CommandContext, ExitStatus} from './context.js';
import {hasOwnFarm} from './has-own-farm.js';
import {connectLocal, startLocalFarm, type LocalFarm} from './local-farm.js';
import {typedProgram} from './own-program.js';
import {renderZoom} from './render-zoom.js';
import {readRuntimeFiles, type RuntimeEntry} from './runtime-file.js';
import {stopSignal, type StopSignal} from './stop-signal.js';

/** Renders a short zoom on a farm of one machine. In front of a person that farm stays; otherwise it ends with the command. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	using interruption = stopSignal();
	const {folders} = await usableStateFolders(thisHost());
	// A farm of its own, so that nobody's configuration, key or work is touched.
	const root = path.join(folders.root, 'demo');
	const configFolder = flags.text('config-dir') ?? path.join(root, 'config');
	const running = await readRuntimeFiles(folders.run);
	const found = running.find(
		({config_folder: folder}) => folder === path.resolve(configFolder),
	);
	if (found !== undefined) {
		output.message(
			`lifeblood: the demo's farm runs already (process ${found.pid})`,
		);
		return await renderOn({entry: found, context, root, interruption});
	}

	const farm = await startLocalFarm({
		runFolder: folders.run,
		logFolder: path.join(root, 'log'),
		schedulerWords: [
			'--config-dir',
			configFolder,
			'--name',
			'demo',
			'--db',
			flags.text('db') ?? path.join(root, 'farm.db'),
			'--server-ip',
			'127.0.0.1',
			'--server-port',
			'0',
			'--ui-ip',
			'127.0.0.1',
			'--ui-port',
			'0',
			'--no-broadcast',
		],
		workerWords: ['--config-dir', configFolder, '--name', 'demo'],
		isCancelled: interruption.isReached,
	});
	if (farm === undefined) {
		return 1;
	}

	let isLeft = false;
	try {
		const status = await renderOn({
			entry: farm.entry,
			context,
			root,
			interruption,
			farm,
		});
		isLeft =
			status === 0 && output.isInteractive && flags.toggle('json') !== true;
		return status;
	} finally {
		if (isLeft) {
			output.message(
				farewell({
					farm,
					// A command would look for the person's own farm first.
					where: (await hasOwnFarm(thisHost()))
						? ` --config-dir ${configFolder}`
						: '',
				}),
			);
		} else {
			await farm.stop();
		}
	}
};

const renderOn = async ({
	entry,
	context: {flags, output},
	root,
	interruption,
	farm,
}: {
	readonly entry: RuntimeEntry;
	readonly context: CommandContext;
	/** The demo's own folder. */
	readonly root: string;
	readonly interruption: StopSignal;
	readonly farm?: LocalFarm;
}): Promise<ExitStatus> => {
	await using client = await connectLocal(entry, output);
	output.message(
		`lifeblood: a farm of one machine at ${client.address()}, database ${entry.database}`,
	);
	const status = await Promise.race([
		renderZoom({
			client,
			output,
			folder: path.join(root, 'pictures'),
			isJson: flags.toggle('json') === true,
		}),
		interruption.reached,
		...(farm === undefined ? [] : [farm.failure]),
	]);
	if (status === 'interrupted') {
		output.message('lifeblood: interrupted');
		return 1;
	}

	return status;
};

const farewell = ({
	farm: {processes},
	where,
}: {
	readonly farm: LocalFarm;
	/** The flag by which commands find this farm, where they need one. */
	readonly where: string;
}): string => {
	const program = typedProgram();
	const pids = processes.map(({pid}) => String(pid)).toReversed();
	return [
		'',
		'The farm is still there. Look at it:',
		`  ${program} graph show${where}`,
		`  ${program} group list${where}`,
		`  ${program} task list --dead${where}`,
		`  ${program} worker list${where}`,
		`Stop it: kill ${pids.join(' ')}`,
	].join('\n');
};
