import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../../source/core/clock.js';
import type {Packages} from '../../source/core/packages.js';
import type {Address} from '../../source/net/address.js';
import {connect} from '../../source/net/connect.js';
import {createWorker} from '../../source/worker/worker.js';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {shell} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';
import {workerFarm} from '../helpers/worker-farm.js';

/** A configuration folder of a machine's own, with these packages; absent: without a file of them. */
const machine = (
	farm: FarmProcess,
	{
		name,
		address,
		packages,
	}: {
		readonly name: string;
		readonly address: Address;
		readonly packages?: string;
	},
): {
	readonly flags: readonly string[];
	readonly file: string;
	readonly write: (text: string) => void;
} => {
	const config = path.join(farm.folder, `config-${name}`);
	const file = path.join(
		config,
		'standard_environment_resolver',
		'config.toml',
	);
	const write = (text: string): void => {
		fs.mkdirSync(path.dirname(file), {recursive: true});
		fs.writeFileSync(file, text);
	};

	if (packages !== undefined) {
		write(packages);
	}

	return {
		flags: [
			'--config-dir',
			config,
			'--key-file',
			path.join(farm.folder, 'config', 'farm.key'),
			'--scheduler',
			`${address.host}:${address.port}`,
		],
		file,
		write,
	};
};

const tool = (version: string): string =>
	`[packages.tool."${version}"]\nlabel = "Tool"\nenv.TOOL = "${version}"\n`;

const program = (farm: FarmProcess, place: string, text: string): string => {
	const file = path.join(farm.folder, place);
	fs.mkdirSync(path.dirname(file), {recursive: true});
	fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, {mode: 0o755});
	return file;
};

const standard = (range: string) => ({
	resolver: 'standard',
	arguments: {'package.tool': range},
});

const capabilitiesOf = async (farm: FarmProcess, worker: string) => {
	const {capabilities} = await farm.ask('worker.get', {worker});
	return capabilities;
};

test.serial(
	'a task is offered only to the worker that has its package; explain names what is missing, and a HUP mends it',
	async (t) => {
		const farm = createFarm(t);
		const {server: address} = await farm.scheduler();
		const one = machine(farm, {name: 'one', address, packages: tool('3.3.0')});
		const two = machine(farm, {
			name: 'two',
			address,
			packages: tool('4.0.0') + tool('3.4.2'),
		});
		const first = await farm.worker({name: 'one', cpus: 8, flags: one.flags});
		await farm.worker({name: 'two', cpus: 2, flags: two.flags});
		await farm.graph({
			run: {
				type: 'command',
				parameters: shell('echo "$TOOL" >> "$ACCOUNT.$LIFEBLOOD_RUNTIME_TID"'),
			},
			asks: {
				type: 'command',
				parameters: {...shell(':'), capabilities: 'package.tool ~=3.4'},
			},
		});
		t.deepEqual(await capabilitiesOf(farm, 'two'), {
			'package.tool': ['3.4.2', '4.0.0'],
		});
		const said = (id: number): string =>
			fs.readFileSync(`${farm.accountFile}.${id}`, 'utf8').trim();

		const ids = [
			await farm.submit('run', {environment: standard('~=3.4')}),
			await farm.submit('asks'),
		];
		t.like(await farm.rest(ids), {errors: 0});
		t.is(said(ids[0] ?? 0), '3.4.2');
		for (const id of ids) {
			const runs = await farm.invocations(id); // eslint-disable-line no-await-in-loop -- two of them
			t.deepEqual(
				runs.map(({worker}) => worker),
				['two'],
			);
		}

		const waiting = await farm.submit('run', {environment: standard('5')});
		await farm.taskIn(waiting, 'ready');
		const why = await farm.printed(['task', 'explain', String(waiting)]);
		t.regex(why, /one.*has package\.tool 3\.3\.0, 5 is needed/v);
		t.regex(why, /two.*has package\.tool 3\.4\.2 and 4\.0\.0, 5 is needed/v);

		one.write(`${tool('3.3.0')}[packages.tool."5.1"]\nlabell = "x"\n`);
		first.signal('SIGHUP');
		await until(
			() =>
				/The configuration stays as it was: .*config\.toml:5: unknown key "labell"/v.test(
					first.said(),
				)
					? true
					: undefined,
			{what: 'the fault to be told'},
		);
		t.is(await farm.state(waiting), 'ready');

		one.write(tool('3.3.0') + tool('5.1'));
		first.signal('SIGHUP');
		t.like(await farm.rest(waiting), {errors: 0});
		t.is(said(waiting), '5.1');
		await until(
			() =>
				/in force now: the packages of .*config\.toml/v.test(first.said())
					? true
					: undefined,
			{what: 'the change to be told'},
		);

		// What a ready task needs may be changed as well.
		const changed = await farm.submit('run', {environment: standard('9')});
		await farm.taskIn(changed, 'ready');
		await farm.printed([
			'task',
			'set',
			String(changed),
			'--package',
			'tool=~=4.0.0',
		]);
		t.like(await farm.rest(changed), {errors: 0});
		t.is(said(changed), '4.0.0');
	},
);

test.serial(
	'a worker does not start on a faulty file of packages, and says where the fault is',
	async (t) => {
		const farm = createFarm(t);
		const {server: address} = await farm.scheduler();
		const {flags, file} = machine(farm, {
			name: 'one',
			address,
			packages: '[packages.tool."1"]\nlabl = ""\n',
		});
		const {exitCode, stderr} = await farm.cli(['worker', ...flags]);
		t.is(exitCode, 2);
		t.is(
			stderr.trim(),
			`lifeblood: ${file}:2: unknown key "labl" in [packages.tool.1]; did you mean "label"?`,
		);
	},
);

test.serial(
	'workers without a file of packages are there at once, write it when they have looked, and tell what they found',
	async (t) => {
		const farm = createFarm(t);
		const {server: address} = await farm.scheduler();
		const {flags, file} = machine(farm, {name: 'new', address});
		const gate = path.join(farm.folder, 'gates', 'answer');
		program(
			farm,
			'bin/blender',
			`while [ ! -e ${gate} ]; do sleep 0.02; done; echo Blender 4.1.1`,
		);
		const environment = {
			PATH: `${path.join(farm.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
		};
		const names = ['one', 'two', 'three'];
		await Promise.all(
			names.map(async (name) => farm.worker({name, flags, environment})),
		);
		t.false(fs.existsSync(file));
		t.deepEqual(await capabilitiesOf(farm, 'one'), {});
		await farm.graph({
			run: {type: 'command', parameters: shell(':')},
		});
		const waiting = await farm.submit('run', {
			environment: {resolver: 'standard', arguments: {'package.blender': '4'}},
		});
		await farm.taskIn(waiting, 'ready');
		fs.writeFileSync(gate, '');
		t.like(await farm.rest(waiting), {errors: 0});
		for (const name of names) {
			// eslint-disable-next-line no-await-in-loop -- one after the other
			await until(
				async () => {
					const all = await capabilitiesOf(farm, name);
					// This machine may have others.
					return [all['package.blender']].flat().includes('4.1.1')
						? true
						: undefined;
				},
				{what: `worker ${name} to tell what it found`},
			);
		}

		t.regex(
			fs.readFileSync(file, 'utf8'),
			/^\[packages\.blender\."4\.1\.1"\]\nlabel = "Blender 4\.1\.1"$/mv,
		);
		t.deepEqual(fs.readdirSync(path.dirname(file)), ['config.toml']);
	},
);

test.serial(
	'a worker that is stopped while it looks for software ends at once, and leaves nothing',
	async (t) => {
		const farm = createFarm(t);
		const {server: address} = await farm.scheduler();
		const {flags, file} = machine(farm, {name: 'new', address});
		const mark = path.join(farm.folder, 'asked');
		program(farm, 'bin/blender', `touch ${mark}; sleep 1000`);
		const worker = await farm.worker({
			flags,
			environment: {
				PATH: `${path.join(farm.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
			},
		});
		await until(() => (fs.existsSync(mark) ? true : undefined), {
			what: 'the program to be asked',
		});
		t.deepEqual(await worker.end('SIGTERM'), {code: 0, signal: null});
		t.false(fs.existsSync(file));
	},
);

test.serial(
	'a worker whose file of packages cannot be written tells what it found all the same',
	async (t) => {
		const farm = createFarm(t);
		const {server: address} = await farm.scheduler();
		const {flags, file} = machine(farm, {name: 'new', address});
		program(farm, 'bin/blender', 'echo Blender 4.1.1');
		fs.mkdirSync(path.dirname(path.dirname(file)));
		fs.writeFileSync(path.dirname(file), 'in the way');
		const worker = await farm.worker({
			flags,
			environment: {
				PATH: `${path.join(farm.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
			},
		});
		const untilSaid = async (what: RegExp): Promise<void> => {
			await until(() => (what.test(worker.said()) ? true : undefined), {
				what: `it to say ${what.source}`,
				within: 10_000,
			});
		};

		await untilSaid(
			/cannot be written \(a file is in the way\)\. What was found counts/v,
		);
		worker.signal('SIGHUP');
		await untilSaid(/The configuration was read again/v);
		const capabilities = await capabilitiesOf(farm, 'one');
		t.true([capabilities['package.blender']].flat().includes('4.1.1'));
	},
);

test.serial('rez makes the environment, and finds the program', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const record = path.join(farm.folder, 'rez-calls');
	// What stands in for rez: notes how it was called, and runs what follows the dashes where only it knows the way.
	program(
		farm,
		'bin/rez-env',
		String.raw`printf '%s\n' "$@" > ${record}
while [ "$1" != -- ]; do shift; done
shift
PATH="${farm.folder}/rez-packages:$PATH" REZ_USED=yes exec "$@"`,
	);
	program(
		farm,
		'rez-packages/render-it',
		`echo "$REZ_USED $* $LIFEBLOOD_RUNTIME_TID" > ${farm.folder}/rendered`,
	);
	await farm.worker({
		environment: {
			PATH: `${path.join(farm.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
		},
	});
	await farm.graph({
		run: {
			type: 'command',
			parameters: {command: [{arg: 'render-it'}, {arg: 'a b'}, {arg: '--'}]},
		},
	});
	const id = await farm.submit('run', {
		environment: {
			resolver: 'rez',
			arguments: {requests: ['maya-2024'], 'package.arnold': '>=7.2'},
		},
	});
	t.like(await farm.rest(id), {errors: 0});
	t.is(
		fs.readFileSync(record, 'utf8'),
		'maya-2024\narnold>=7.2\n--\nrender-it\na b\n--\n',
	);
	t.is(
		fs.readFileSync(path.join(farm.folder, 'rendered'), 'utf8'),
		`yes a b -- ${id}\n`,
	);
});

/** A worker of another machine, within the test. */
const workerElsewhere = async (
	t: ExecutionContext,
	farm: FarmProcess,
	{
		name,
		address,
		cpus,
		searchPath,
		packages = {},
	}: {
		readonly name: string;
		readonly address: Address;
		readonly cpus: number;
		readonly searchPath: string;
		readonly packages?: Packages;
	},
): Promise<void> => {
	const {settings} = await workerFarm(t);
	const worker = createWorker({
		settings: {
			...settings,
			name,
			machine_id: `machine of ${name}`,
			resources: {...settings.resources, cpus},
			capabilities: {'package.tool': ['3.4']},
			packages,
			environment: {PATH: searchPath},
		},
		dial: async (onRequest, signal) =>
			connect({
				address,
				key: farm.key(),
				hello: {role: 'worker', version: '1', name},
				onRequest,
				clock: systemClock,
				signal,
			}),
		clock: systemClock,
		say: () => undefined,
	});
	const ended = worker.run();
	t.teardown(async () => {
		worker.stop('now');
		await ended;
	});
	await worker.ready;
};

test.serial(
	'a task whose environment cannot be made somewhere says why, and goes to another worker',
	async (t) => {
		const farm = createFarm(t, {avoid: 60});
		const {server: address} = await farm.scheduler();
		const usual = process.env['PATH'] ?? '';
		const record = path.join(farm.folder, 'rez-calls');
		program(
			farm,
			'bin/rez-env',
			`echo called >> ${record}; while [ "$1" != -- ]; do shift; done; shift; exec "$@"`,
		);
		// The larger one is asked first.
		await workerElsewhere(t, farm, {
			name: 'without',
			address,
			cpus: 16,
			searchPath: usual,
		});
		await workerElsewhere(t, farm, {
			name: 'with',
			address,
			cpus: 4,
			searchPath: `${path.join(farm.folder, 'bin')}:${usual}`,
			packages: {tool: {'3.4': {label: '', priority: 50, env: {}}}},
		});
		await farm.graph({run: {type: 'command', parameters: shell(':')}});
		const byRez = await farm.submit('run', {
			environment: {resolver: 'rez', arguments: {'package.maya': '2024'}},
		});
		// It told that it has the package, and has it no more.
		const byStandard = await farm.submit('run', {
			environment: standard('~=3.4'),
		});
		t.like(await farm.rest([byRez, byStandard]), {errors: 0});
		const attempts = async (id: number) => {
			const runs = await farm.invocations(id);
			return runs.toSorted((a, b) => a.id - b.id);
		};

		t.like(await attempts(byRez), {
			length: 2,
			0: {worker: 'without', reason: 'not_started'},
			1: {worker: 'with', exit_code: 0},
		});
		t.regex((await attempts(byRez))[0]?.message ?? '', /rez-env.*not found/v);
		t.like(await attempts(byStandard), {
			length: 2,
			0: {worker: 'without', reason: 'not_started'},
			1: {worker: 'with', exit_code: 0},
		});
		t.regex(
			(await attempts(byStandard))[0]?.message ?? '',
			/has no package "tool"/v,
		);
		t.is(fs.readFileSync(record, 'utf8'), 'called\n');
		const history = await farm.printed(['task', 'history', String(byRez)]);
		t.regex(history, /rez-env/v);
	},
);

test.serial(
	'where nobody can make the environment, the task is an error that says so',
	async (t) => {
		const farm = createFarm(t, {attempts: 2});
		await farm.scheduler();
		await farm.worker();
		await farm.graph({run: {type: 'command', parameters: shell(':')}});
		const id = await farm.submit('run', {
			environment: {resolver: 'rez', arguments: {'package.maya': '2024'}},
		});
		await farm.taskIn(id, 'error');
		t.regex(
			await farm.message(id),
			/"rez" runs processes through rez-env\. The program "rez-env" was not found.*attempt 2 of 2, on one/v,
		);
	},
);
