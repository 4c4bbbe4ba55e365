import test from 'ava';
import {runHostile} from '../bench/hostile/run-hostile.js';

test('while every open port is attacked, real work goes on at no less than half of its rate, and memory stays bounded', async (t) => {
	const seed = Math.floor(Math.random() * 1_000_000);
	const lines: string[] = [];
	const {rateOf, peakMemoryBytes, figures} = await runHostile({
		totalMs: 14_000,
		phaseMs: 3000,
		seed,
		only: [],
		say(text) {
			lines.push(text);
		},
	});
	t.log(`seed ${seed}`, ...lines);
	t.true(figures.connections > 500, `${figures.connections} connections`);
	t.true(figures.messages > 1000, `${figures.messages} messages`);
	const calmRate = rateOf('calm');
	const attackedRate = rateOf('attacked');
	t.true(
		attackedRate >= calmRate / 2,
		`${attackedRate} tasks/s under attack, ${calmRate} in peace, seed ${seed}`,
	);
	for (const bytes of peakMemoryBytes) {
		t.true(bytes < 1024 * 2 ** 20, `${bytes} bytes`);
	}
});
