import {Worker} from 'node:worker_threads';

/** Asks a thread of its own, which is started with the first question, and again after it ended. */
export type ThreadCaller<Question, Answer> = {
	/** Undefined: the thread ended before it answered. */
	readonly ask: (question: Question) => Promise<Answer | undefined>;
	/** What is under way then has no answer. */
	readonly stop: () => Promise<void>;
};

/** The thread gets each question with an `id`, and answers with the same. */
export const createThreadCaller = <
	Question extends Record<string, unknown>,
	Answer extends {readonly id: number},
>(
	url: URL,
): ThreadCaller<Question, Answer> => {
	const waiting = new Map<number, (answer: Answer | undefined) => void>();
	let worker: Worker | undefined;
	let lastId = 0;

	const start = (): Worker => {
		const started = new Worker(url, {env: {}});
		started.on('message', (answer: Answer) => {
			waiting.get(answer.id)?.(answer);
			waiting.delete(answer.id);
			if (waiting.size === 0) {
				// With nothing to do it does not keep the program running.
				started.unref();
			}
		});
		// Followed by 'exit'.
		started.on('error', () => undefined);
		started.on('exit', () => {
			if (worker === started) {
				worker = undefined;
			}

			for (const tell of waiting.values()) {
				tell(undefined);
			}

			waiting.clear();
		});
		return started;
	};

	return {
		async ask(question) {
			worker ??= start();
			lastId += 1;
			const id = lastId;
			return new Promise((resolve) => {
				waiting.set(id, resolve);
				worker?.ref();
				worker?.postMessage({...question, id});
			});
		},
		async stop() {
			await worker?.terminate();
		},
	};
};
