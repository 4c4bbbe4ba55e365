import fs from 'node:fs';
import type {Chronicle} from './chronicle.js';
import type {Client} from './farm/client.js';
import {pause, type TorturedFarm} from './farm/farm.js';
import {drawByWeight, edits, type EditSetting} from './faults/edits.js';
import {faults} from './faults/faults.js';
import {createRandom} from './random.js';
import {drawSubmission, type Submission} from './load/submission.js';

/** Seconds at the end that are for coming to rest, and for looking at everything: in longer runs more has piled up. */
const restTime = (minutes: number): number =>
	Math.min(180, Math.max(30, minutes * 18));

/** With more processes to come, nothing more is submitted for a moment. */
const mostToCome = 60;

type Throwing = {
	readonly seed: number;
	/** For all of it, but for what it takes to come to rest if that is long. */
	readonly minutes: number;
	readonly chronicle: Chronicle;
	readonly signal: AbortSignal;
	readonly farm: TorturedFarm;
	readonly client: Client;
	readonly program: string;
	readonly submitted: Map<number, Submission>;
	readonly deleted: Set<string>;
	readonly restarted: Map<number, number>;
};

/** Submissions, edits and faults at random instants, each decided in a fixed order, whatever time they take. */
export const throwEverything = async ({
	seed,
	minutes,
	farm,
	client,
	chronicle,
	program,
	submitted,
	deleted,
	restarted,
	signal,
}: Throwing): Promise<void> => {
	const order = createRandom(seed, 'order');
	const submissionNumbers = createRandom(seed, 'submissions');
	const faultNumbers = createRandom(seed, 'faults');
	const all: Submission[] = [];
	const ids = new Map<Submission, number>();
	const underWay = new Set<Promise<void>>();
	const editing: EditSetting = {
		client,
		random: createRandom(seed, 'edits'),
		submitted: all,
		idOf: (submission) => ids.get(submission),
		workers: farm.workers.map(({name}) => name),
		program,
		deleted,
		restarted,
		note: chronicle.note,
	};
	const go = (what: string, run: () => Promise<unknown>): void => {
		const promise = (async () => {
			try {
				await run();
			} catch (error) {
				// Refused, mostly: what it asks for makes no sense just then.
				const text = String(error);
				chronicle.note(`  ${what}: ${text}`);
				if (/INTERNAL|TypeError|ZodError/v.test(text)) {
					chronicle.violated(`${what}: ${text}`);
				}
			}
		})();
		underWay.add(promise);
		void promise.then(() => {
			underWay.delete(promise);
		});
	};

	const submit = (): void => {
		const submission = drawSubmission(submissionNumbers, all.length);
		all.push(submission);
		chronicle.note(
			`submit ${submission.root}: ${JSON.stringify(submission.params.attributes)} in ${submission.group}`,
		);
		go(submission.root, async () => {
			const {id} = await client.ask('task.submit', submission.params);
			ids.set(submission, id);
			submitted.set(id, submission);
			chronicle.note(`  ${submission.root} is task ${id}`);
		});
	};

	const edit = (): void => {
		const [name, {decide}] = drawByWeight(editing.random, edits);
		const run = decide(editing);
		chronicle.note(`edit: ${name}`);
		if (run === undefined) {
			return;
		}

		chronicle.countEdit(name);
		go(name, run);
	};

	const fault = (): void => {
		const [name, {decide}] = drawByWeight(faultNumbers, faults);
		const decided = decide({farm, random: faultNumbers, chronicle});
		if (decided === undefined) {
			chronicle.note(`fault: ${name}, which this system does not let us throw`);
			return;
		}

		const {says, takes, run} = decided;
		if (takes.some((member) => member.isTaken())) {
			chronicle.note(`fault: ${says}; passed over, another has it`);
			return;
		}

		chronicle.note(`fault: ${says}`);
		chronicle.countFault(name);
		for (const member of takes) {
			member.take();
		}

		go(name, async () => {
			try {
				await run();
			} finally {
				for (const member of takes) {
					member.release();
				}
			}
		});
	};

	const end = Math.max(minutes * 60 - restTime(minutes), 15);
	while (chronicle.elapsed() < end) {
		signal.throwIfAborted();
		const number = order.next();
		const length = order.between(20, 900);
		if (number < 0.3) {
			await untilRoom(farm.tries, submitted.values()); // eslint-disable-line no-await-in-loop -- one after the other
			submit();
		} else if (number < 0.72) {
			edit();
		} else {
			fault();
		}

		await pause(length); // eslint-disable-line no-await-in-loop -- as above
	}

	await Promise.all(underWay);
};

/** Whatever comes next waits a little while there is too much to do for this machine. What is paused meanwhile does not hold it up for ever. */
const untilRoom = async (
	tries: string,
	submitted: Iterable<Submission>,
): Promise<void> => {
	const due = [...submitted]
		.filter(({part}) => part === 'calm')
		.reduce((sum, {expected}) => sum + expected.size, 0);
	const deadline = performance.now() + 2000;
	while (
		performance.now() < deadline &&
		due -
			fs.readdirSync(tries).filter((name) => name.startsWith('calm-')).length >
			mostToCome
	) {
		await pause(200); // eslint-disable-line no-await-in-loop -- until there is room
	}
};
