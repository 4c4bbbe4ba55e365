import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setFlagsFromString} from 'node:v8';
import {stateFolders} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import type {ViewerSettings} from '../config/viewer-settings.js';
import type {Clock} from '../core/clock.js';
import {connect} from '../net/connect.js';
import {
	protocolFor,
	type PictureSettings,
} from '../ui/pictures/picture-protocol.js';
import type {LeavingQuestion, ViewerOptions} from '../ui/start-viewer.js';
import type {ThemeSettings} from '../ui/theme/theme.js';
import {openCommandHistory} from './command-history.js';
import type {CommandContext} from './context.js';
import {editText} from './edit-text.js';
import {findScheduler, type FoundScheduler} from './find-scheduler.js';
import {username} from './username.js';
import {version} from './version.js';
import {openViewerFarm} from './viewer-farm.js';

type Settings = ViewerSettings['viewer'];

/** Shows the farm on this terminal until somebody leaves, or a signal ends it. The terminal is given back as it was, also where something breaks. */
export const showFarm = async ({
	context,
	settings,
	clock,
	find = findScheduler,
	first,
	leaving,
	over = never,
}: {
	readonly context: CommandContext;
	readonly settings: Settings;
	readonly clock: Clock;
	/** Where the scheduler is; again whenever it is not where it was. */
	readonly find?: typeof findScheduler;
	readonly first?: ViewerOptions['first'];
	readonly leaving?: LeavingQuestion;
	/** Ends the viewer when it settles. */
	readonly over?: Promise<unknown>;
}): Promise<string | undefined> => {
	// Drawing makes much garbage, and V8 would rather let the heap grow to several times its size than collect it.
	setFlagsFromString('--optimize-for-size');
	// Reading the screen's code and finding the farm take about as long: together.
	const [{startViewer}, farm] = await Promise.all([
		import('../ui/start-viewer.js'),
		openFarm({context, clock, find}),
	]);
	const {stdin, stdout} = process;
	const viewer = startViewer({
		farm,
		stdin,
		stdout,
		clock,
		settings: {
			isReadOnly: settings.read_only,
			hasMouse: settings.mouse,
			pictures: picturesOf(settings),
			keys: settings.keys,
			columns: settings.columns,
		},
		theme: themeOf(settings),
		...(first && {first}),
		history: openCommandHistory(
			path.join(stateFolders(thisHost()).root, 'viewer', 'history'),
		),
		leaving,
		edit: editText,
		stop: stopProcess,
	});
	const interrupted = Promise.withResolvers<NodeJS.Signals>();
	const onSignal = (signal: NodeJS.Signals): void => {
		interrupted.resolve(signal);
	};

	/** Not to be caught, only to be tidied up after. */
	const onBreak = (): void => {
		viewer.close();
	};

	const onTerminalStop = (): void => {
		viewer.stop();
	};

	for (const signal of endingSignals) {
		process.on(signal, onSignal);
	}

	process.on('SIGTSTP', onTerminalStop);
	process.on('uncaughtExceptionMonitor', onBreak);
	process.on('exit', onBreak);
	try {
		return await Promise.race([
			viewer.left,
			interrupted.promise.then(() => undefined),
			over.then(() => undefined),
		]);
	} finally {
		viewer.close();
		for (const signal of endingSignals) {
			process.off(signal, onSignal);
		}

		process.off('SIGTSTP', onTerminalStop);
		process.off('uncaughtExceptionMonitor', onBreak);
		process.off('exit', onBreak);
		await farm.stop();
	}
};

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const never = new Promise<never>(() => {
	// Nothing but the person ends the viewer.
});

const openFarm = async ({
	context,
	clock,
	find,
}: {
	readonly context: CommandContext;
	readonly clock: Clock;
	readonly find: typeof findScheduler;
}) => {
	let found: FoundScheduler | undefined;
	let isShown = false;
	// On the screen there is no place for what finding says.
	const quiet: CommandContext = {
		...context,
		output: {
			...context.output,
			message(text) {
				if (!isShown) {
					context.output.message(text);
				}
			},
		},
	};
	const farm = await openViewerFarm({
		clock,
		async connect({onNotice, signal}) {
			const hello = async ({address, key}: FoundScheduler) =>
				connect({
					address,
					key,
					hello: {
						role: 'viewer',
						version,
						name: os.hostname(),
						user: username(),
					},
					onNotice,
					clock,
					signal,
				});
			if (found !== undefined) {
				try {
					return await hello(found);
				} catch {
					// It may have come back elsewhere.
				}
			}

			found = await find(quiet, signal);
			return hello(found);
		},
	});
	isShown = true;
	return farm;
};

const picturesOf = (settings: Settings): PictureSettings => {
	const {environment} = thisHost();
	const {isAscii, depth} = themeOf(settings);
	return {
		protocol: protocolFor(settings.pictures, environment),
		colours:
			isAscii || depth !== 'many' || settings.theme === 'mono'
				? 'none'
				: process.stdout.getColorDepth(environment) < 24
					? '256'
					: 'all',
	};
};

const themeOf = ({theme, ascii, colour}: Settings): ThemeSettings => {
	const {environment} = thisHost();
	const isPlain = (environment['NO_COLOR'] ?? '') !== '';
	const bits = process.stdout.getColorDepth(environment);
	return {
		theme: theme === 'auto' ? guessedTheme(environment) : theme,
		isAscii: ascii || !isUnicode(environment),
		depth: isPlain || bits < 4 ? 'none' : bits < 8 ? 'few' : 'many',
		production: colour === 'none' ? undefined : colour,
	};
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Some terminals tell their colours, the background last. */
const guessedTheme = (environment: Environment): 'dark' | 'light' => {
	const background = environment['COLORFGBG']?.split(';').at(-1);
	return background === '7' || background === '15' ? 'light' : 'dark';
};

const isUnicode = (environment: Environment): boolean => {
	if (environment['TERM'] === 'linux') {
		return false;
	}

	const locale = ['LC_ALL', 'LC_CTYPE', 'LANG']
		.map((name) => environment[name] ?? '')
		.find((value) => value !== '');
	return locale !== 'C' && locale !== 'POSIX';
};

/** To the shell, until somebody says `fg`. */
const stopProcess = async (): Promise<void> => {
	const {promise, resolve} = Promise.withResolvers<undefined>();
	process.once('SIGCONT', () => {
		resolve(undefined);
	});
	process.kill(process.pid, 'SIGSTOP');
	await promise;
};
