import path from 'node:path';
import process from 'node:process';
import {thisHost} from '../config/host.js';
import {usableStateFolders} from '../config/usable-state.js';
import {systemClock} from '../core/clock.js';
import type {CommandContext, ExitStatus} from './context.js';
import {hasOwnFarm} from './has-own-farm.js';
import {connectLocal, startLocalFarm} from './local-farm.js';
import type {Output} from './output.js';
import {typedProgram} from './own-program.js';
import {createProgressLine, type ProgressLine} from './progress-line.js';
import {renderZoom} from './render-zoom.js';
import {readRuntimeFiles, type RuntimeEntry} from './runtime-file.js';
import {farewell, showLocalFarm} from './show-local-farm.js';
import {stopSignal} from './stop-signal.js';
import {isOnTerminal} from './viewer-settings.js';

/** Renders a short zoom on a farm of one machine, with the viewer in front where there is a terminal; otherwise the farm ends with the command. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	using interruption = stopSignal();
	const {folders} = await usableStateFolders(thisHost());
	// A farm of its own, so that nobody's configuration, key or work is touched.
	const root = path.join(folders.root, 'demo');
	const configFolder = flags.text('config-dir') ?? path.join(root, 'config');
	const running = await readRuntimeFiles(folders.run);
	const isShown = isOnTerminal() && flags.toggle('json') !== true;
	const found = running.find(
		({config_folder: folder}) => folder === path.resolve(configFolder),
	);
	if (found !== undefined) {
		output.message(
			`lifeblood: the demo's farm runs already (process ${found.pid})`,
		);
		if (!isShown) {
			return await renderOn({
				entry: found,
				context,
				root,
				ended: interruption.reached,
			});
		}

		const {status} = await renderAndShow({
			entry: found,
			context,
			root,
			over: interruption.reached,
		});
		return status;
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
		again: `\`${typedProgram()} demo\``,
		isCancelled: interruption.isReached,
	});
	if (farm === undefined) {
		return 1;
	}

	let isKept = false;
	try {
		if (!isShown) {
			return await renderOn({
				entry: farm.entry,
				context,
				root,
				ended: Promise.race([interruption.reached, farm.failure]),
			});
		}

		const {status, answer} = await renderAndShow({
			entry: farm.entry,
			context,
			root,
			over: Promise.race([interruption.reached, farm.failure]),
		});
		isKept = answer === 'keep';
		return status;
	} finally {
		if (isKept) {
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

type Demonstration = {
	readonly entry: RuntimeEntry;
	readonly context: CommandContext;
	/** The demo's own folder. */
	readonly root: string;
};

const renderOn = async ({
	entry,
	context: {flags, output},
	root,
	ended,
	progress = createProgressLine(process.stderr, output),
}: Demonstration & {
	/** Nobody waits for it any more. */
	readonly ended: Promise<'interrupted'>;
	readonly progress?: ProgressLine;
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
			progress,
		}),
		ended,
	]);
	if (status === 'interrupted') {
		output.message('lifeblood: interrupted');
		return 1;
	}

	return status;
};

/** The viewer in front of the work; what there is to say of it is said when the viewer is left. */
const renderAndShow = async ({
	over,
	...demonstration
}: Demonstration & {readonly over: Promise<'interrupted'>}): Promise<{
	readonly status: ExitStatus;
	readonly answer: 'stop' | 'keep';
}> => {
	const {context, entry} = demonstration;
	const said: Array<() => void> = [];
	const later: Output = {
		...context.output,
		print(text) {
			said.push(() => {
				context.output.print(text);
			});
		},
		message(text) {
			said.push(() => {
				context.output.message(text);
			});
		},
	};
	const left = Promise.withResolvers<'interrupted'>();
	const rendering = renderOn({
		...demonstration,
		context: {...context, output: later},
		ended: left.promise,
		progress: {show: () => undefined, end: () => undefined},
	});
	// Its failure is told when the viewer is left.
	rendering.catch(() => undefined);
	try {
		const answer = await showLocalFarm({
			context,
			clock: systemClock,
			entry,
			first: {screen: 'graph', scope: {}},
			over,
		});
		left.resolve('interrupted');
		await rendering;
		return {status: 0, answer};
	} finally {
		left.resolve('interrupted');
		for (const say of said) {
			say();
		}
	}
};
