import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {NotificationRule} from '../source/core/notification.js';
import {setLimit} from '../source/scheduler/operations/limits.js';
import {takeUpRules} from '../source/scheduler/operations/notifications.js';
import {comeToRest, expectBlockedForGood} from './helpers/come-to-rest.js';
import {
	expectAgreement,
	expectFollowed,
	expectNothingHeld,
	expectSound,
	expectSplitsAwaited,
} from './helpers/engine-invariants.js';
import {createPlayedFleet} from './helpers/played-fleet.js';
import {awaitingNode, playedGraph} from './helpers/played-graph.js';
import {
	allDone,
	createLeapingClock,
	type Numbers,
	type Stage,
} from './helpers/played-stage.js';
import {playedSteps, type StepName} from './helpers/played-steps.js';
import {createTestFarm} from './helpers/test-farm.js';

/** Longer by hand: PROPERTY_RUNS=5000 PROPERTY_SEED=1 ava test/scheduler-property.ts --timeout=1h */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 20);
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
/** With PROPERTY_SHRINK=1 a case that fails is made as small as it goes, which takes minutes. */
const endOnFailure = process.env['PROPERTY_SHRINK'] === undefined;

/** News are noted too: what is followed and what waits is held against the database. */
const tellAll: NotificationRule = {
	name: 'all',
	events: ['group_finished', 'group_errors', 'worker_lost'],
	groups: ['*'],
	creators: ['*'],
	workers: ['*'],
	minimumTasks: 1,
	minimumErrors: 2,
};

type Step = readonly [name: StepName, ...numbers: Numbers];
type Batch = readonly Step[];

const step: fc.Arbitrary<Step> = fc.tuple(
	fc.oneof(
		...Object.entries(playedSteps).map(([name, {weight}]) => ({
			weight,
			arbitrary: fc.constant(name as StepName),
		})),
	),
	fc.nat(997),
	fc.nat(997),
	fc.nat(997),
);

const batches = fc.array(fc.array(step, {minLength: 1, maxLength: 4}), {
	minLength: 5,
	maxLength: 60,
	// Otherwise few are longer than ten.
	size: 'max',
});

test('whatever happens in whatever order, nothing is lost, counted wrong or run twice', async (t) => {
	t.timeout(3_600_000);
	t.log(`PROPERTY_SEED=${seed}`);
	const property = fc.asyncProperty(batches, async (played) => play(t, played));
	await t.notThrowsAsync(async () =>
		fc.assert(property, {
			numRuns: runs,
			seed,
			endOnFailure,
			includeErrorInReport: true,
		}),
	);
});

const play = async (
	t: ExecutionContext,
	played: readonly Batch[],
): Promise<void> => {
	const clock = createLeapingClock();
	const farm = await createTestFarm(t, {
		graph: playedGraph,
		definitions: [awaitingNode],
		overrides: {
			notifications: {rules: [tellAll], settleS: 0.02, queue: 5},
		},
		clock,
	});
	const fleet = createPlayedFleet(farm.submit, clock.now);
	fleet.add({name: 'w1', machine: 'm1', cpus: 4});
	fleet.add({name: 'w2', machine: 'm1', cpus: 4});
	fleet.add({name: 'w3', machine: 'm2', cpus: 2});
	const stage: Stage = {
		farm,
		fleet,
		passGrace() {
			clock.leap(70_000);
		},
	};
	try {
		await farm.submit(takeUpRules());
		await farm.submit(setLimit('lic', 1));
		await Promise.all(fleet.workers.map(async (worker) => worker.connect()));
		for (const [index, batch] of played.entries()) {
			await playBatch(stage, batch); // eslint-disable-line no-await-in-loop -- one after the other
			expectAgreement(stage);
			// It reads the whole database.
			if (index % 8 === 7) {
				expectSound(stage);
			}
		}

		expectSound(stage);
		await comeToRest(stage);
		expectSound(stage);
		expectAgreement(stage);
		expectNothingHeld(stage);
		expectSplitsAwaited(stage);
		expectFollowed(stage);
		await expectBlockedForGood(stage);
		expectSound(stage);
	} finally {
		await farm.end();
	}
};

/** What is in one batch arrives together. */
const playBatch = async (stage: Stage, batch: Batch): Promise<void> => {
	if (batch.some(([name]) => name === 'restart')) {
		for (const worker of stage.fleet.workers) {
			worker.cut();
		}

		await stage.farm.restart();
	}

	await allDone(
		batch.map(async ([name, ...numbers]) =>
			playedSteps[name].play(stage, numbers),
		),
	);
};
