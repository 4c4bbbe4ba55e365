import {fork, type ChildProcess} from 'node:child_process';
import {fileURLToPath} from 'node:url';

/** Asks a process of its own, which is started with the first question, ends when nothing has been asked for a while, and is started again on need. A thread's memory would stay with the viewer: what one has left behind is not given back when it ends. */
export type ProcessCaller<Question, Answer> = {
	/** Undefined: the process ended before it answered. */
	readonly ask: (question: Question) => Promise<Answer | undefined>;
	/** Something will be asked soon: it can start meanwhile. */
	readonly prepare: () => void;
	/** What is under way then has no answer. */
	readonly stop: () => Promise<void>;
};

/** To start again takes a fifth of a second: somebody who goes on at once does not wait for it each time. */
const usualRestMs = 20_000;

type Started = {readonly child: ChildProcess; readonly ended: Promise<void>};

const abandonings = new Set<() => void>();

/** Ends all of them; what is under way then is never answered. For the end of the program, which would wait for them. */
export const abandonProcesses = (): void => {
	for (const abandon of abandonings) {
		abandon();
	}
};

/** The process gets each question with an `id` as a message, and answers with the same. */
export const createProcessCaller = <
	Question extends Record<string, unknown>,
	Answer extends {readonly id: number},
>(
	url: URL,
	{
		nodeOptions = '',
		restMs = usualRestMs,
	}: {
		/** Flags that Node has to know at its start, as a single executable takes them too. */
		readonly nodeOptions?: string;
		/** How long it is kept with nothing to do, milliseconds. */
		readonly restMs?: number;
	} = {},
): ProcessCaller<Question, Answer> => {
	const waiting = new Map<number, (answer: Answer | undefined) => void>();
	let started: Started | undefined;
	let lastId = 0;
	let restTimer: NodeJS.Timeout | undefined;

	const start = (): Started => {
		// Of this one's environment it needs nothing, and messages hold whatever structures do.
		const child = fork(fileURLToPath(url), {
			env: nodeOptions === '' ? {} : {NODE_OPTIONS: nodeOptions},
			stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
			serialization: 'advanced',
		});
		const {promise: ended, resolve} = Promise.withResolvers<void>();
		const abandon = (): void => {
			waiting.clear();
			child.kill('SIGKILL');
		};

		const end = (): void => {
			abandonings.delete(abandon);
			if (started?.child === child) {
				started = undefined;
				clearTimeout(restTimer);
				for (const tell of waiting.values()) {
					tell(undefined);
				}

				waiting.clear();
			}

			resolve();
		};

		abandonings.add(abandon);
		child.on('message', (message) => {
			const answer = message as Answer;
			waiting.get(answer.id)?.(answer);
			waiting.delete(answer.id);
			if (waiting.size === 0) {
				rest();
			}
		});
		// It could not be started, or what it was sent did not reach it.
		child.on('error', () => {
			child.kill('SIGKILL');
			end();
		});
		child.on('exit', end);
		return {child, ended};
	};

	/** With nothing to do it does not keep the program running. */
	const rest = (): void => {
		started?.child.unref();
		started?.child.channel?.unref();
		clearTimeout(restTimer);
		restTimer = setTimeout(() => {
			const resting = started?.child;
			started = undefined;
			// It ends by itself then.
			resting?.disconnect();
		}, restMs);
		restTimer.unref();
	};

	return {
		async ask(question) {
			clearTimeout(restTimer);
			started ??= start();
			const {child} = started;
			lastId += 1;
			const id = lastId;
			return new Promise((resolve) => {
				waiting.set(id, resolve);
				child.ref();
				child.channel?.ref();
				// What fails ends the process.
				child.send({...question, id}, () => undefined);
			});
		},
		prepare() {
			if (started !== undefined) {
				return;
			}

			started = start();
			rest();
		},
		async stop() {
			const running = started;
			running?.child.ref();
			running?.child.kill('SIGKILL');
			await running?.ended;
		},
	};
};
