import {Buffer} from 'node:buffer';
import {render, type Instance} from 'ink';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {App} from './components/app.js';
import type {Farm} from './farm.js';
import {
	bindingsHere,
	handleInput,
	keysOf,
	whyDisabled,
} from './keys/handle-input.js';
import {keyText} from './keys/key-text.js';
import {globalBindings} from './keys/global-bindings.js';
import {sectionsOf} from './keys/sections.js';
import {followWatches} from './live/follow-watches.js';
import {choose} from './dialogs/choose.js';
import {asDialog} from './dialogs/dialog.js';
import {createReducer, viewOf} from './reduce.js';
import {abandonProcesses} from './process-caller.js';
import type {ScreenTools} from './screen.js';
import {screenNames, type Scope, type ScreenName} from './screen-name.js';
import {screens} from './screens/table.js';
import {
	currentPlace,
	placeOf,
	whyReadOnly,
	type Place,
	type State,
	type ViewSettings,
} from './state.js';
import {createStore} from './store.js';
import {decodeInput} from './terminal/decode-input.js';
import {cut, widthOf} from './text/span.js';
import {createTheme, type ThemeSettings} from './theme/theme.js';
import type {Command, HelpSection} from './tools.js';

export type ViewerOptions = {
	readonly farm: Farm;
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream;
	readonly clock: Clock;
	readonly settings: ViewSettings;
	readonly theme: ThemeSettings;
	readonly first?: {readonly screen: ScreenName; readonly scope: Scope};
	/** What was typed after `:` in earlier sessions, oldest first, and where more of it is kept. */
	readonly history?: {
		readonly lines: readonly string[];
		readonly add: (line: string) => void;
	};
	/** Asked before it is left. */
	readonly leaving?: LeavingQuestion | undefined;
	/** Gives the text to the person's editor; the terminal is free meanwhile. */
	readonly edit: (
		text: string,
		options: {readonly suffix: string},
	) => Promise<string | undefined>;
	/** Ctrl-Z: stops this process; resolves when it goes on. */
	readonly stop: () => Promise<void>;
};

export type LeavingQuestion = {
	readonly title: string;
	readonly choices: ReadonlyArray<{
		readonly label: string;
		readonly note: string;
		readonly value: string;
	}>;
};

export type Viewer = {
	/** Resolves when somebody has left, with the answer to the question where there was one; rejects where the screen could not be drawn. The terminal is as it was before. */
	readonly left: Promise<string | undefined>;
	/** Frees the terminal, once or twice with the same effect. */
	readonly close: () => void;
	/** As Ctrl-Z: frees the terminal until `stop` resolves. */
	readonly stop: () => void;
};

/** An Esc that is followed by nothing for so long is the key and no beginning of a sequence. */
const escapeMs = 30;
const shortestAgeMs = 1000;

/** Takes the terminal and shows the farm until somebody leaves. */
export const startViewer = (options: ViewerOptions): Viewer => {
	const {farm, stdin, stdout, clock, settings} = options;
	const theme = createTheme(options.theme);
	const store = createStore(
		firstState(options),
		createReducer(screens, theme),
		clock,
	);
	const {
		promise: left,
		resolve,
		reject,
	} = Promise.withResolvers<string | undefined>();
	let instance: Instance | undefined;
	let pending = '';
	let escapeTimer: NodeJS.Timeout | undefined;
	let ageTimer: NodeJS.Timeout | undefined;
	let isClosed = false;
	let isFollowing = false;

	const attempt = (act: () => void | Promise<void>): void => {
		const fail = (error: unknown): void => {
			tools.notice(
				'error',
				error instanceof FarmError
					? error.message
					: `This went wrong: ${error instanceof Error ? error.message : String(error)}`,
			);
		};

		try {
			act()?.catch(fail);
		} catch (error) {
			fail(error);
		}
	};

	const isAsked = (): boolean =>
		store.state().dialogs.at(-1)?.title === options.leaving?.title;

	const tools: ScreenTools<unknown> = {
		state: store.state,
		farm,
		view: () => viewOf(store.state(), theme),
		update(change) {
			store.dispatch({
				type: 'slice',
				place: currentPlace(store.state()).id,
				change,
			});
		},
		open(screen, scope = {}) {
			store.dispatch({type: 'opened', screen, scope});
		},
		go(screen) {
			store.dispatch({type: 'went', screen});
		},
		back() {
			store.dispatch({type: 'went-back'});
		},
		previous() {
			store.dispatch({type: 'went-to-previous'});
		},
		enlarge() {
			store.dispatch({type: 'enlarged'});
		},
		redraw() {
			unmount();
			mount();
		},
		openDialog(dialog) {
			store.dispatch({type: 'dialog-opened', dialog: asDialog(dialog)});
		},
		changeDialog(change) {
			const top = store.state().dialogs.at(-1);
			if (top !== undefined) {
				store.dispatch({type: 'dialog-changed', content: change(top.content)});
			}
		},
		openLine(line) {
			store.dispatch({type: 'line', line});
		},
		notice(tone, text) {
			store.dispatch({type: 'noticed', tone, text});
		},
		async change({method, params, command, said}) {
			const reason = whyReadOnly(store.state());
			if (reason !== undefined) {
				tools.notice('error', `Nothing was changed: ${reason}.`);
				return undefined;
			}

			store.dispatch({type: 'noted-command', command});
			const answer = await farm.change(method, params);
			// What keys do is learned as commands in passing; Y copies the last.
			const outcome = said?.(answer) ?? 'done';
			const taught = `   (lifeblood ${cut(command, 60)})`;
			tools.notice(
				'good',
				widthOf(outcome) + widthOf(taught) + 2 > store.state().size.columns
					? outcome
					: `${outcome}${taught}`,
			);
			return answer;
		},
		copy(text, what) {
			stdout.write(`\u{1B}]52;c;${Buffer.from(text).toString('base64')}\u{7}`);
			tools.notice('info', `copied ${what}: ${text}`);
		},
		async edit(text, editing) {
			unmount();
			try {
				return await options.edit(text, editing);
			} finally {
				mount();
			}
		},
		write(bytes) {
			stdout.write(bytes);
		},
		commands: () => commandsHere(store.state(), tools),
		help: () => helpHere(store.state(), tools),
		remember(line) {
			store.dispatch({type: 'remembered', line});
			options.history?.add(line);
		},
		leave() {
			const end = (answer?: string): void => {
				close();
				resolve(answer);
			};

			const {leaving} = options;
			if (leaving === undefined) {
				end();
			} else if (isAsked()) {
				// Ctrl-C on the question: as fast as can be, with what comes first.
				end(leaving.choices[0]?.value);
			} else {
				store.dispatch({
					type: 'dialog-opened',
					dialog: choose({
						title: leaving.title,
						items: leaving.choices,
						onChoose: end,
					}),
				});
			}
		},
		stop() {
			unmount();
			attempt(async () => {
				await options.stop();
				mount();
			});
		},
	};

	const take = (chunk: string, isFinal: boolean): void => {
		clearTimeout(escapeTimer);
		const {events, rest} = decodeInput(pending + chunk, isFinal);
		pending = rest;
		for (const event of events) {
			// What a key did may have freed the terminal.
			if (instance === undefined) {
				break;
			}

			handleInput(event, {
				store,
				screens,
				tools: toolsOf(currentPlace(store.state())),
				attempt,
			});
		}

		if (pending !== '') {
			escapeTimer = setTimeout(() => {
				take('', true);
			}, escapeMs);
		}
	};

	/** A screen's tools see and change its own state, also when another is shown by then. Of one that is gone they see what it was. */
	const toolsOf = (place: Place): ScreenTools<unknown> => {
		const own: ScreenTools<unknown> = {
			...tools,
			update(change) {
				store.dispatch({type: 'slice', place: place.id, change});
			},
			view() {
				const state = store.state();
				return viewOf(state, theme, placeOf(state, place.id) ?? place);
			},
			commands: () => commandsHere(store.state(), own),
		};
		return own;
	};

	const onData = (chunk: string): void => {
		take(chunk, false);
	};

	const onResize = (): void => {
		store.dispatch({type: 'resized', ...sizeOf(stdout)});
	};

	const mount = (): void => {
		if (isClosed || instance !== undefined) {
			return;
		}

		store.dispatch({type: 'resized', ...sizeOf(stdout)});
		stdin.setEncoding('utf8');
		stdin.setRawMode(true);
		stdin.on('data', onData);
		stdin.resume();
		// What was typed before has been echoed, and the alternate screen keeps the cursor's column: the first line would begin there.
		stdout.write('\r');
		instance = render(<App store={store} screens={screens} theme={theme} />, {
			stdin,
			stdout,
			exitOnCtrlC: false,
			patchConsole: false,
			incrementalRendering: true,
			alternateScreen: true,
			interactive: true,
			// The store says when it is time for a frame.
			maxFps: 1000,
		});
		stdout.write('\u{1B}[?2004h');
		if (settings.hasMouse) {
			// 1002: also where it goes while a button is held.
			stdout.write('\u{1B}[?1002h\u{1B}[?1006h');
		}

		const shown = instance;
		shown.waitUntilExit().catch((error: unknown) => {
			close();
			reject(error instanceof Error ? error : new Error(String(error)));
		});
	};

	const unmount = (): void => {
		if (instance === undefined) {
			return;
		}

		const shown = instance;
		instance = undefined;
		clearTimeout(escapeTimer);
		pending = '';
		stdin.off('data', onData);
		stdout.write('\u{1B}[?2004l');
		if (settings.hasMouse) {
			stdout.write('\u{1B}[?1006l\u{1B}[?1002l');
		}

		shown.unmount();
		shown.cleanup();
		stdin.setRawMode(false);
		stdin.pause();
	};

	/** Wakes when something that is shown has aged. */
	const tick = (): void => {
		clearTimeout(ageTimer);
		const state = store.state();
		const place = currentPlace(state);
		const due = [
			screens[place.screen].ages?.(viewOf(state, theme)) ?? Infinity,
			state.connection.kind === 'connected' ? Infinity : shortestAgeMs,
			...state.notices.map(({until}) => until - clock.now()),
		];
		const pause = Math.min(...due);
		if (Number.isFinite(pause)) {
			ageTimer = setTimeout(
				() => {
					store.dispatch({type: 'time', now: clock.now()}, 'news');
				},
				Math.max(50, pause),
			);
		}
	};

	/** What the screen does after a change changes the state too. */
	const followScreen = (): void => {
		if (isFollowing || isClosed) {
			return;
		}

		isFollowing = true;
		const place = currentPlace(store.state());
		attempt(() => {
			screens[place.screen].follow?.(toolsOf(place));
		});
		isFollowing = false;
	};

	const close = (): void => {
		if (isClosed) {
			return;
		}

		unmount();
		isClosed = true;
		clearTimeout(ageTimer);
		watching.stop();
		stopListening();
		store.stop();
		stdout.off('resize', onResize);
		abandonProcesses();
	};

	const watching = followWatches({store, farm, screens, theme});
	const stopListening = farm.onConnection((connection) => {
		store.dispatch({type: 'connection', connection});
	});
	store.dispatch({type: 'connection', connection: farm.connection()});
	store.follow(tick);
	store.follow(followScreen);
	followScreen();
	tick();
	stdout.on('resize', onResize);
	mount();
	return {left, close, stop: tools.stop};
};

const sizeOf = ({columns, rows}: NodeJS.WriteStream) => ({
	// A terminal that does not know says 0.
	columns: columns > 0 ? columns : 80,
	rows: rows > 0 ? rows : 24,
});

const firstState = ({
	farm,
	clock,
	settings,
	stdout,
	history,
	first = {screen: 'groups', scope: {}},
}: ViewerOptions): State => ({
	size: sizeOf(stdout),
	now: clock.now(),
	settings,
	connection: farm.connection(),
	trail: [
		{
			id: 0,
			screen: first.screen,
			scope: first.scope,
			slice: screens[first.screen].open(first.scope),
		},
	],
	previousTrail: undefined,
	trails: {},
	live: {},
	line: undefined,
	dialogs: [],
	notices: [],
	history: history?.lines ?? [],
	lastCommand: undefined,
	isDetailEnlarged: false,
	nextId: 1,
});

const commandsHere = (
	state: State,
	tools: ScreenTools<unknown>,
): readonly Command[] => [
	...screenNames.flatMap((name) =>
		[name, ...screens[name].aliases].map((word) => ({
			name: word,
			help: screens[name].help,
			run(argument: string) {
				if (argument === '') {
					tools.go(name);
				} else {
					tools.open(
						name,
						screens[name].scopeOf?.(argument) ?? {text: argument},
					);
				}
			},
		})),
	),
	...bindingsHere(state, screens).flatMap((binding) =>
		binding.command === undefined
			? []
			: [
					{
						name: binding.command,
						help: binding.help,
						async run(argument: string) {
							const reason = whyDisabled(binding, tools.view());
							if (reason === undefined) {
								return binding.run(tools, argument);
							}

							tools.notice('info', `${binding.label}: ${reason}`);
						},
					},
				],
	),
	{
		name: 'quit',
		help: 'leave the viewer',
		run() {
			tools.leave();
		},
	},
];

const helpHere = (
	state: State,
	tools: ScreenTools<unknown>,
): readonly HelpSection[] => {
	const view = tools.view();
	const {glyphs} = view.theme;
	const screen = screens[currentPlace(state).screen];
	const section = (
		title: string,
		bindings: ReturnType<typeof bindingsHere>,
	): HelpSection => ({
		title,
		keys: bindings.map((binding) => ({
			shown: keysOf(binding, state)
				.map((key) => keyText(key, glyphs))
				.join(' '),
			help: binding.help,
			reason: whyDisabled(binding, view),
		})),
	});
	return [
		...sectionsOf(screen.title, screen.bindings).map(([title, bindings]) =>
			section(title, bindings),
		),
		section('Everywhere', globalBindings),
	];
};
