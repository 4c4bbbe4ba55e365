import fs, {type FSWatcher} from 'node:fs';
import {FarmError} from '../../core/errors.js';
import {invocationId} from '../../core/ids.js';
import type {Source, SourceContext, WatchParams} from './source.js';

/** Where the operating system does not tell of growth (no file here yet, another machine's file), it is looked at this often; only while it is watched, and until it is complete. */
const lookMs = 300;

/** How long an invocation's log is; its bytes are asked for with `log.read`. */
export const oneLog = ({logs}: SourceContext, params: WatchParams): Source => {
	if (params.id === undefined) {
		throw new FarmError('INVALID', "To watch a log, give its invocation's id.");
	}

	const id = invocationId(params.id);
	let isComplete = false;
	/** Read again what the operating system is asked to tell of. */
	let arm: () => void = () => undefined;
	return {
		async read() {
			const {size, complete, marked} = await logs.status(id);
			isComplete = complete;
			arm();
			return {rows: [{id, size, complete, marked}], counts: {}};
		},
		isTouchedBy: (changes) => changes.invocations.has(id),
		isTouchedByProgress: (invocation) => invocation === id,
		listen(onTouch) {
			let watcher: FSWatcher | undefined;
			let timer: NodeJS.Timeout | undefined;
			const disarm = (): void => {
				watcher?.close();
				watcher = undefined;
				clearTimeout(timer);
				timer = undefined;
			};

			// Told once, and armed again after the next look: a log that grows a thousand times a second costs ten looks.
			const touch = (): void => {
				disarm();
				onTouch();
			};

			arm = () => {
				disarm();
				if (isComplete) {
					return;
				}

				try {
					// eslint-disable-next-line n/prefer-promises/fs -- that one is an iterator, which cannot be stopped from outside without one more signal
					watcher = fs.watch(logs.file(id), {persistent: false}, touch);
					watcher.on('error', touch);
				} catch {
					// It is not here: what tells of growth is looking.
				}

				// Also beside a watcher: a file on a network is written by machines of which this one's system hears nothing.
				timer = setTimeout(touch, lookMs);
				timer.unref();
			};

			arm();
			return () => {
				arm = () => undefined;
				disarm();
			};
		},
	};
};
