import fs from 'node:fs';
import path from 'node:path';
import type {Chronicle} from './chronicle.js';
import {comeToRest} from './come-to-rest.js';
import {createClient} from './farm/client.js';
import {makeFarm, pause, type TorturedFarm} from './farm/farm.js';
import {sendSignal} from './farm/processes.js';
import {throwEverything} from './throw-everything.js';
import {findLeftovers} from './verdict/leftovers.js';
import {judge} from './verdict/judge.js';
import {readStored} from './verdict/stored.js';
import {readAccount} from './load/account.js';
import {limitName, tortureGraph} from './load/graph.js';
import type {Submission} from './load/submission.js';

export type Figures = {
	readonly faults: Readonly<Record<string, number>>;
	readonly edits: Readonly<Record<string, number>>;
	readonly submitted: number;
	readonly tasks: number;
	readonly invocations: number;
	readonly processes: number;
	readonly without: readonly string[];
	readonly violations: readonly string[];
};

export type Torture = {
	readonly seed: number;
	/** For all of it, but for what it takes to come to rest if that is long. */
	readonly minutes: number;
	readonly workers: number;
	readonly folder: string;
	readonly chronicle: Chronicle;
	readonly say: (text: string) => void;
	/** Somebody wants it to end at once. */
	readonly signal: AbortSignal;
};

/** Seconds that coming to rest may take at most: a machine may be slow. */
const longestRest = 240;

/** Runs a farm through all that may happen to it, and says what was wrong. */
export const torture = async (run: Torture): Promise<Figures> => {
	const farm = await makeFarm(run);
	try {
		return await tortureFarm(run, farm);
	} finally {
		await endFarm(farm);
	}
};

const tortureFarm = async (
	run: Torture,
	farm: TorturedFarm,
): Promise<Figures> => {
	const {chronicle, folder, say} = run;
	for (const reason of farm.without) {
		say(`Without: ${reason}`);
	}

	const client = createClient(farm);
	const members = [farm.scheduler, ...farm.workers];
	const submitted = new Map<number, Submission>();
	const deleted = new Set<string>();
	const restarted = new Map<number, number>();
	const progress = setInterval(() => {
		const thrown = chronicle.faults.values().reduce((a, b) => a + b, 0);
		say(
			`${chronicle.elapsed().toFixed(0).padStart(5)} s: ${submitted.size} submitted, ${fs.readdirSync(farm.account).length} processes, ${thrown} faults thrown, ${chronicle.violations.length} found`,
		);
	}, 10_000);
	try {
		for (const member of members) {
			await member.start(); // eslint-disable-line no-await-in-loop -- workers need the key that the scheduler makes
			member.release();
		}

		const program = path.join(folder, 'programs', 'job.sh');
		await client.ask('graph.apply', {
			document: tortureGraph(program),
			prune: true,
		});
		await client.ask('limit.set', {name: limitName, total: 2});
		await throwEverything({
			...run,
			farm,
			client,
			program,
			submitted,
			deleted,
			restarted,
		});
		chronicle.note('now it is to come to rest');
		for (const member of members) {
			member.setClock(0);
		}

		const restless = await comeToRest(
			{farm, client, chronicle, program, signal: run.signal},
			longestRest * 1000,
		);
		chronicle.note('it rests');
		for (const text of restless.slice(0, 20)) {
			chronicle.violated(text);
		}

		// Workers first: they tell the scheduler how their processes ended.
		for (const member of members.toReversed()) {
			/* eslint-disable no-await-in-loop -- one after the other */
			const daemon = member.daemon();
			member.take();
			daemon.signal('SIGTERM');
			const patience = setTimeout(() => {
				chronicle.violated(`${member.name} does not end: ${daemon.said()}`);
				daemon.signal('SIGKILL');
			}, 20_000);
			await daemon.ended;
			clearTimeout(patience);
			/* eslint-enable no-await-in-loop */
		}
	} finally {
		clearInterval(progress);
		client.close();
	}

	await endGuards(farm);
	for (const text of [...findLeftovers(farm), ...crashes(farm)]) {
		chronicle.violated(text);
	}

	const stored = readStored(farm.database);
	const account = readAccount(farm.account);
	for (const text of judge({stored, account, submitted, deleted, restarted})) {
		chronicle.violated(text);
	}

	const figures = {
		faults: Object.fromEntries(chronicle.faults),
		edits: Object.fromEntries(chronicle.edits),
		submitted: submitted.size,
		tasks: stored.tasks.length,
		invocations: stored.invocations.size,
		processes: account.length,
		without: farm.without,
		violations: chronicle.violations,
	};
	if (chronicle.violations.length > 0) {
		keep(farm);
	}

	return figures;
};

/** What a worker leaves behind on purpose ends a little after it. */
const endGuards = async (farm: TorturedFarm): Promise<void> => {
	const deadline = performance.now() + 5000;
	while (farm.processes().length > 0 && performance.now() < deadline) {
		await pause(100); // eslint-disable-line no-await-in-loop -- until they are gone
	}
};

/** What daemons say of defects of their own. */
const crashes = ({folder, scheduler, workers}: TorturedFarm): string[] =>
	[scheduler, ...workers].flatMap(({name}) =>
		fs
			.readFileSync(path.join(folder, `${name}.out`), 'utf8')
			.split('\n')
			.filter((line) =>
				/\bat \S+ \(?(?:file:|node:|\/)|defect|typeerror|unhandled|internal/iv.test(
					line,
				),
			)
			.slice(0, 10)
			.map((line) => `${name} says: ${line.slice(0, 500)}`),
	);

/** The database outlives the disk that it was on. */
const keep = ({folder, database}: TorturedFarm): void => {
	const place = path.join(folder, 'kept');
	fs.mkdirSync(place);
	for (const end of ['', '-wal', '-shm']) {
		if (fs.existsSync(database + end)) {
			fs.copyFileSync(database + end, path.join(place, `farm.db${end}`));
		}
	}
};

const endFarm = async (farm: TorturedFarm): Promise<void> => {
	for (const member of [farm.scheduler, ...farm.workers]) {
		member.take();
	}

	for (const {pid} of farm.processes()) {
		sendSignal(pid, 'SIGKILL');
	}

	await farm.remove();
};
