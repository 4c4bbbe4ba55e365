import type {Chronicle} from '../chronicle.js';
import {
	pause,
	workerGrace,
	type Member,
	type TorturedFarm,
	type WorkerMember,
} from '../farm/farm.js';
import {makeReadOnly} from '../farm/read-only.js';
import {sendSignal, type FarmProcess} from '../farm/processes.js';
import type {Random} from '../random.js';

export type FaultSetting = {
	readonly farm: TorturedFarm;
	readonly random: Random;
	readonly chronicle: Chronicle;
};

/** Decided at once, from the random numbers alone; undefined where this system does not let it be done. What was broken is whole again when it resolves. */
type Fault = (setting: FaultSetting) =>
	| {
			readonly says: string;
			readonly run: () => Promise<void>;
			/** Nobody else may have their way with these meanwhile. */
			readonly takes: readonly Member[];
	  }
	| undefined;

const drawWorker = ({farm, random}: FaultSetting): WorkerMember =>
	random.pick(farm.workers);

/** Mostly short, and sometimes longer than a worker is waited for. */
const drawAbsence = (random: Random): number =>
	random.chance(0.25)
		? random.between(workerGrace * 0.7, workerGrace * 1.8)
		: random.between(0, 2.5);

const seconds = async (count: number): Promise<void> => pause(count * 1000);

const text = (count: number): string => `${count.toFixed(2)} s`;

const endBy = async (member: Member, signal: NodeJS.Signals): Promise<void> => {
	const daemon = member.daemon();
	daemon.signal('SIGCONT');
	daemon.signal(signal);
	await daemon.ended;
};

/** Its processes, but for the worker's own and its guard. */
const jobsOf = (
	farm: TorturedFarm,
	worker: WorkerMember,
): readonly FarmProcess[] =>
	farm
		.processes()
		.filter(
			(one) =>
				one.worker === worker.name &&
				!one.isGuard &&
				one.pid !== worker.daemon().pid &&
				!one.command.includes(' worker --name '),
		);

const endScheduler =
	(signal: NodeJS.Signals): Fault =>
	({farm, random}) => {
		const absence = random.chance(0.5) ? 0 : random.between(0, 5);
		return {
			says: `${signal} to the scheduler, back after ${text(absence)}`,
			takes: [farm.scheduler],
			async run() {
				await endBy(farm.scheduler, signal);
				await seconds(absence);
				await farm.scheduler.start();
			},
		};
	};

const endWorker =
	(signal: NodeJS.Signals): Fault =>
	(setting) => {
		const worker = drawWorker(setting);
		const absence = drawAbsence(setting.random);
		return {
			says: `${signal} to ${worker.name}, back after ${text(absence)}`,
			takes: [worker],
			async run() {
				await endBy(worker, signal);
				await seconds(absence);
				await worker.start();
			},
		};
	};

const freeze = (member: Member, length: number) => ({
	says: `${member.name} is frozen for ${text(length)}`,
	takes: [member],
	async run() {
		member.daemon().signal('SIGSTOP');
		await seconds(length);
		member.daemon().signal('SIGCONT');
	},
});

const onCable =
	(
		condition: (random: Random) => {
			readonly says: string;
			readonly length: number;
			readonly set: (cable: WorkerMember['cable']) => void;
		},
	): Fault =>
	({farm, random}) => {
		const place = random.below(farm.workers.length + 1);
		const worker = farm.workers[place];
		const cable = worker?.cable ?? farm.cable;
		const {says, length, set} = condition(random);
		return {
			says: `the connection of ${worker?.name ?? 'the client'} ${says} for ${text(length)}`,
			takes: [],
			async run() {
				set(cable);
				await seconds(length);
				cable.mend();
			},
		};
	};

/** A process that is there now, chosen by a number drawn beforehand. */
const killOne =
	(what: string, isOne: (one: FarmProcess) => boolean): Fault =>
	({farm, random, chronicle}) => {
		const number = random.next();
		return {
			says: `kill -9 of ${what}`,
			takes: [],
			async run() {
				const all = farm.processes().filter((one) => isOne(one));
				const one = all[Math.floor(number * all.length)];
				if (one === undefined) {
					return;
				}

				sendSignal(one.pid, 'SIGKILL');
				chronicle.note(`  ${one.pid} of ${one.worker}: ${one.command}`);
			},
		};
	};

const noticeable = (random: Random): number =>
	random.chance(0.15) ? random.between(20, 32) : random.between(0.1, 4);

/** By name, with how often each is thrown, compared to the others. */
export const faults: Readonly<
	Record<string, {readonly weight: number; readonly decide: Fault}>
> = {
	'scheduler killed': {weight: 12, decide: endScheduler('SIGKILL')},
	'scheduler stopped': {weight: 3, decide: endScheduler('SIGTERM')},
	'worker killed': {weight: 16, decide: endWorker('SIGKILL')},
	'worker stopped': {weight: 3, decide: endWorker('SIGTERM')},
	'power cut': {
		weight: 8,
		decide(setting) {
			const worker = drawWorker(setting);
			const absence = drawAbsence(setting.random);
			return {
				says: `${worker.name} loses its power, back after ${text(absence)}`,
				takes: [worker],
				async run() {
					// First none of them may see how another ends.
					worker.daemon().signal('SIGSTOP');
					const jobs = jobsOf(setting.farm, worker);
					for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
						for (const {pid} of jobs) {
							sendSignal(pid, signal);
						}
					}

					await endBy(worker, 'SIGKILL');
					await seconds(absence);
					await worker.start();
				},
			};
		},
	},
	'worker and guard killed': {
		weight: 4,
		decide(setting) {
			const worker = drawWorker(setting);
			const absence = drawAbsence(setting.random);
			return {
				says: `kill -9 of ${worker.name} and its guard, back after ${text(absence)}`,
				takes: [worker],
				async run() {
					for (const one of setting.farm.processes()) {
						if (one.isGuard && one.worker === worker.name) {
							sendSignal(one.pid, 'SIGKILL');
						}
					}

					await endBy(worker, 'SIGKILL');
					await seconds(absence);
					await worker.start();
				},
			};
		},
	},
	'guard killed': {weight: 2, decide: killOne('a guard', (one) => one.isGuard)},
	'wrapper killed': {
		weight: 6,
		decide: killOne('a wrapper', (one) => one.isWrapper),
	},
	'process killed': {
		weight: 4,
		decide: killOne('a process', (one) =>
			/(?:^|\/)sh \S+job\.sh /v.test(one.command),
		),
	},
	'scheduler frozen': {
		weight: 3,
		decide: ({farm, random}) => freeze(farm.scheduler, random.between(0.2, 5)),
	},
	'worker frozen': {
		weight: 5,
		decide: (setting) =>
			freeze(drawWorker(setting), noticeable(setting.random)),
	},
	'connection cut': {
		weight: 14,
		decide: onCable(() => ({
			says: 'is cut',
			length: 0,
			set(cable) {
				cable.cut();
			},
		})),
	},
	'connection refused': {
		weight: 6,
		decide: onCable((random) => ({
			says: 'is refused',
			length: drawAbsence(random),
			set(cable) {
				cable.refuse();
			},
		})),
	},
	'connection stalled': {
		weight: 8,
		decide: onCable((random) => {
			const way = random.pick(['up', 'down', 'both'] as const);
			return {
				says: `stalls (${way})`,
				length: noticeable(random),
				set(cable) {
					cable.stall(way);
				},
			};
		}),
	},
	'connection delayed': {
		weight: 6,
		decide: onCable((random) => {
			const delay = random.between(20, 1500);
			return {
				says: `is slow by ${delay.toFixed(0)} ms`,
				length: random.between(1, 8),
				set(cable) {
					cable.delay(delay);
				},
			};
		}),
	},
	'connection in crumbs': {
		weight: 4,
		decide: onCable((random) => {
			const piece = 1 + random.below(40);
			return {
				says: `carries ${piece} bytes at a time`,
				length: random.between(1, 8),
				set(cable) {
					cable.crumble(piece);
				},
			};
		}),
	},
	'wire pulled': {
		weight: 4,
		decide({farm, random}) {
			const length = noticeable(random);
			const {namespace, name} =
				farm.workers.find((worker) => worker.namespace !== undefined) ?? {};
			return (
				namespace && {
					says: `the wire of ${name} is pulled for ${text(length)}`,
					takes: [],
					async run() {
						await namespace.pull();
						await seconds(length);
						await namespace.mend();
					},
				}
			);
		},
	},
	'wire disturbed': {
		weight: 4,
		decide({farm, random, chronicle}) {
			const how = `delay ${random.below(300)}ms ${random.below(100)}ms loss ${random.below(25)}% reorder 10%`;
			const length = random.between(1, 10);
			const {namespace, name} =
				farm.workers.find((worker) => worker.namespace !== undefined) ?? {};
			return farm.without.some((reason) => reason.startsWith('no netem'))
				? undefined
				: namespace && {
						says: `netem ${how} on ${name} for ${text(length)}`,
						takes: [],
						async run() {
							if (!(await namespace.disturb(how))) {
								chronicle.note('  netem refused');
							}

							await seconds(length);
							await namespace.mend();
						},
					};
		},
	},
	'database disk full': {
		weight: 4,
		decide({farm: {databaseDisk}, random}) {
			const length = random.between(0.2, 5);
			return (
				databaseDisk && {
					says: `the database's disk is full for ${text(length)}`,
					takes: [],
					async run() {
						databaseDisk.fill();
						await seconds(length);
						databaseDisk.free();
					},
				}
			);
		},
	},
	'database read-only': {
		weight: 3,
		decide({farm, random, chronicle}) {
			const length = random.between(0.5, 4);
			return farm.without.some((reason) => reason.startsWith('no read-only'))
				? undefined
				: {
						says: `the scheduler is killed, and its database cannot be written for ${text(length)}`,
						takes: [farm.scheduler],
						async run() {
							await endBy(farm.scheduler, 'SIGKILL');
							const release = await makeReadOnly(farm.database);
							const started = farm.scheduler.start();
							await seconds(length);
							await release();
							await started;
							const {hasEnded, said} = farm.scheduler.daemon();
							if (!hasEnded()) {
								return;
							}

							if (!/cannot be written|read-?only/iv.test(said())) {
								chronicle.violated(
									`The scheduler does not say that its database is read-only: ${said()}`,
								);
							}

							await farm.scheduler.start();
						},
					};
		},
	},
	'database read-only while served': {
		weight: 3,
		decide({farm, random, chronicle}) {
			const length = random.between(0.5, 4);
			return farm.without.some((reason) =>
				reason.startsWith('no database that becomes read-only'),
			)
				? undefined
				: {
						says: `the scheduler cannot write its database any more for ${text(length)}`,
						takes: [farm.scheduler],
						async run() {
							const release = await makeReadOnly(farm.database, ['', '-wal']);
							await seconds(length);
							await release();
							const {hasEnded, said} = farm.scheduler.daemon();
							if (!hasEnded()) {
								return;
							}

							chronicle.violated(
								`The scheduler ended when its database could not be written: ${said()}`,
							);
							await farm.scheduler.start();
						},
					};
		},
	},
	'worker disk full': {
		weight: 4,
		decide({farm: {workerDisk}, random}) {
			const length = random.between(0.2, 4);
			return (
				workerDisk && {
					says: `the workers' disk is full for ${text(length)}`,
					takes: [],
					async run() {
						workerDisk.fill();
						await seconds(length);
						workerDisk.free();
					},
				}
			);
		},
	},
	'clock jumps': {
		weight: 6,
		decide({farm, random}) {
			const member = random.pick([farm.scheduler, ...farm.workers]);
			const span = random.pick([5, 60, 3600, 86_400 * 3, 86_400 * 400]);
			const offset = Math.round(random.between(-span, span) * 1000);
			return {
				says: `the clock of ${member.name} is ${offset / 1000} s off`,
				takes: [],
				async run() {
					member.setClock(offset);
				},
			};
		},
	},
};
