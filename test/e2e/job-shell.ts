import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {shell, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

const command = (text: string, more: Record<string, unknown> = {}) => ({
	type: 'command',
	parameters: {...shell(`set -eu\n${text}`), ...more},
});

/** What the only process of a task wrote. */
const logOf = async (farm: FarmProcess, id: number): Promise<string> =>
	farm.printed(['task', 'log', String(id)]);

test.serial(
	'a shell gets, sets and deletes attributes, spawns children and reports progress',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph(
			{
				works: command(String.raw`
					[ "$(lifeblood job attr get text)" = 'as it "is"' ]
					[ "$(lifeblood job attr get list)" = '[1,2]' ]
					lifeblood job attr set text=changed 'number:=1.5' 'deep:={"a":[null]}' "quoted=it's"
					lifeblood job attr delete gone list
					lifeblood job attr get text
					lifeblood job attr get gone || echo "status $?"
					lifeblood job attr get > "$GATES/all"
					printf 'tile: 7\n' > attributes.yaml
					lifeblood job spawn 'first child' --attrs attributes.yaml --attr scene=a.blend
					lifeblood job spawn second --output main
					lifeblood job progress 37.5 'frame 3 of 8'
					${waitFor('go')}
				`),
				children: {type: 'null'},
			},
			['works.spawned -> children'],
		);
		const id = await farm.submit('works', {
			attributes: {text: 'as it "is"', list: [1, 2], gone: true, stays: 1},
		});
		await until(
			async () => ((await farm.task(id)).progress === 37.5 ? true : undefined),
			{what: 'the progress', within: 20_000},
		);
		// While it runs, everything that it said is there already.
		const attributes = {
			text: 'changed',
			number: 1.5,
			deep: {a: [null]},
			quoted: "it's",
			stays: 1,
		};
		t.deepEqual((await farm.task(id)).attributes, attributes);
		t.deepEqual(
			JSON.parse(
				fs.readFileSync(path.join(farm.folder, 'gates', 'all'), 'utf8'),
			),
			attributes,
		);
		const {tasks} = await farm.ask('task.list', {
			filter: {parent: (await farm.task(id)).id},
		});
		t.deepEqual(
			tasks.map(({name, node, output}) => ({name, node, output})),
			[
				{name: 'first child', node: 'children', output: 'main'},
				{name: 'second', node: 'works', output: 'main'},
			],
		);
		t.like(tasks[0], {
			state: 'done',
			attributes: {tile: 7, scene: 'a.blend'},
		});
		const [running] = await farm.invocations(id);
		t.is(running?.status, 'frame 3 of 8');
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual((await logOf(farm, id)).split('\n'), [
			'changed',
			'lifeblood: The task has no attribute "gone".',
			'status 1',
			...tasks.map((task) => String(task.id)),
		]);
		t.deepEqual((await farm.task(id)).attributes, attributes);
	},
);

test.serial(
	'each failure of a call has its status and one line, and the command needs nothing of the environment but its own variables',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		const mine =
			'LIFEBLOOD_RUNTIME_SCHEDULER_ADDR="$LIFEBLOOD_RUNTIME_SCHEDULER_ADDR" LIFEBLOOD_RUNTIME_TOKEN="$LIFEBLOOD_RUNTIME_TOKEN"';
		await farm.graph({
			fails: command(`
				says() { said=0; "$@" || said=$?; echo "$said"; }
				says lifeblood job attr set nothing
				says env LIFEBLOOD_RUNTIME_TOKEN=another lifeblood job attr get
				says env -u LIFEBLOOD_RUNTIME_TOKEN lifeblood job attr get
				says lifeblood job send 999 somebody hello
				says lifeblood job receive nobody --timeout 0.2
				program=$(command -v lifeblood)
				cd /
				says env -i ${mine} "$program" job attr set empty=yes
				says env -i ${mine} "$program" job attr get empty
			`),
		});
		const id = await farm.submit('fails');
		t.like(await farm.rest(id), {errors: 0});
		const lines = (await logOf(farm, id)).split('\n');
		t.deepEqual(
			lines.filter((line) => !line.startsWith('lifeblood: ')),
			['2', '4', '3', '1', '1', '0', 'yes', '0'],
		);
		t.regex(
			lines.filter((line) => line.startsWith('lifeblood: ')).join('\n'),
			/^.*no equals sign.*\n.*token.*\n.*LIFEBLOOD_RUNTIME_TOKEN.*\n.*not-running.*\n.*timeout.*$/v,
		);
		t.deepEqual((await farm.task(id)).attributes, {empty: 'yes'});
	},
);

test.serial('fifty calls in a loop leave what the last one said', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({
		counts: command(`
			i=0
			while [ "$i" -lt 50 ]; do
				i=$((i + 1))
				lifeblood job attr set "i:=$i" "seen_$i=yes"
			done
			lifeblood job attr get i
		`),
	});
	const id = await farm.submit('counts');
	t.like(await farm.rest(id, 60), {errors: 0});
	t.is(await logOf(farm, id), '50');
	const {attributes} = await farm.task(id);
	t.is(Object.keys(attributes).length, 51);
	t.is(attributes['i'], 50);
});

test.serial(
	'two running shells exchange messages, bytes as they are',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker({name: 'one', flags: ['--groups', 'first']});
		await farm.worker({name: 'two', flags: ['--groups', 'second']});
		const bytes = Buffer.from(
			Array.from({length: 100_000}, (_, index) => (index * 7) % 256),
		);
		fs.writeFileSync(path.join(farm.folder, 'gates', 'bytes'), bytes);
		await farm.graph({
			answers: command(
				`
				echo "$LIFEBLOOD_RUNTIME_IID" > "$GATES/number.new"
				mv "$GATES/number.new" "$GATES/number"
				asker=$(lifeblood job receive questions --timeout 30)
				echo "asked by $asker"
				lifeblood job send "$asker" 'the answer' < "$GATES/bytes"
				lifeblood job receive questions --timeout 30 --json
			`,
				{worker_groups: 'first'},
			),
			asks: command(
				`
				${waitFor('number')}
				other=$(cat "$GATES/number")
				lifeblood job send "$other" questions "$LIFEBLOOD_RUNTIME_IID"
				lifeblood job receive 'the answer' --timeout 30 > "$GATES/received"
				printf done | lifeblood job send "$other" questions
				${waitFor('answered')}
				lifeblood job send "$other" questions late || echo "status $?"
			`,
				{worker_groups: 'second'},
			),
		});
		const [answers, asks] = [
			await farm.submit('answers'),
			await farm.submit('asks'),
		];
		t.like(await farm.rest(answers), {errors: 0});
		farm.open('answered');
		t.like(await farm.rest(asks), {errors: 0});
		t.deepEqual(
			fs.readFileSync(path.join(farm.folder, 'gates', 'received')),
			bytes,
		);
		const [asker] = await farm.invocations(asks);
		const log = await logOf(farm, answers);
		t.true(
			log.startsWith(`asked by ${String(asker?.id)}\n`),
			`It said: ${log}`,
		);
		t.deepEqual(JSON.parse(log.slice(log.indexOf('{'))), {
			from: asker?.id,
			data: Buffer.from('done').toString('base64'),
		});
		t.regex(await logOf(farm, asks), /^lifeblood: not-running: .*\nstatus 1$/v);
	},
);

test.serial(
	'a job that is cancelled while it waits for a message ends at once',
	async (t) => {
		const farm = createFarm(t, {killGrace: 20});
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			waits: command('echo waiting > "$GATES/waits"; lifeblood job receive it'),
		});
		const id = await farm.submit('waits');
		await until(
			() =>
				fs.existsSync(path.join(farm.folder, 'gates', 'waits'))
					? true
					: undefined,
			{what: 'the job to begin', within: 10_000},
		);
		t.is(await farm.status(['task', 'cancel', String(id)]), 0);
		await farm.taskIn(id, 'error', 5000);
	},
);

test.serial(
	'a worker that is killed and started again in the middle costs a loop nothing',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			goes_on: command(`
				lifeblood job attr set before=yes
				echo there > "$GATES/before"
				${waitFor('killed')}
				lifeblood job attr set during=yes
				lifeblood job spawn child
				lifeblood job attr get before
			`),
		});
		const id = await farm.submit('goes_on');
		await until(
			() =>
				fs.existsSync(path.join(farm.folder, 'gates', 'before'))
					? true
					: undefined,
			{what: 'the job to begin', within: 10_000},
		);
		await worker.end('SIGKILL');
		farm.open('killed');
		await farm.worker();
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {
			state: 'done',
			attempts: 1,
			attributes: {before: 'yes', during: 'yes'},
			children_count: 1,
		});
	},
);

test.serial('the examples of the page on jobs do what it says', async (t) => {
	const page = fs.readFileSync(
		new URL('../../docs/jobs.md', import.meta.url),
		'utf8',
	);
	const section = page.slice(
		page.indexOf('\n## In the shell\n'),
		page.indexOf('\n## In anything else\n'),
	);
	const [tiles = '', boss = '', helper = '', ...more] = section
		.matchAll(/```sh\n(?<code>.*?)```/gsv)
		.map(({groups}) => groups!['code']!)
		.toArray();
	t.deepEqual(more, []);
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph(
		{
			tiles: {type: 'command', parameters: shell(tiles)},
			boss: {type: 'command', parameters: shell(boss)},
			helper: {type: 'command', parameters: shell(helper)},
		},
		['boss.spawned -> helper'],
	);
	const [splits, asks] = [
		await farm.submit('tiles', {attributes: {scene: 'a.blend'}}),
		await farm.submit('boss'),
	];
	t.like(await farm.rest([splits, asks]), {errors: 0});
	t.deepEqual((await farm.task(splits)).attributes, {
		scene: 'a.blend',
		tiles: 4,
	});
	const {tasks} = await farm.ask('task.list', {
		filter: {parent: (await farm.task(splits)).id},
	});
	t.deepEqual(
		tasks.map(({name, attributes}) => ({name, attributes})),
		[0, 1, 2, 3].map((tile) => ({
			name: `tile ${tile}`,
			attributes: {tile, scene: 'a.blend'},
		})),
	);
	t.regex(await logOf(farm, asks), /^task \d+ says: .+$/v);
});
