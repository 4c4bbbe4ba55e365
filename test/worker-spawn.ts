import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {loadPosixSpawn} from '../source/worker/posix-spawn.js';
import {spawnByNode} from '../source/worker/spawn-by-node.js';
import type {
	StartProcess,
	StartRequest,
} from '../source/worker/start-process.js';

const posixSpawn = loadPosixSpawn();
const means: ReadonlyArray<readonly [string, StartProcess]> = [
	['Node', spawnByNode],
	...(posixSpawn === undefined ? [] : [['posix_spawn', posixSpawn] as const]),
];

test('Linux has the fast way', (t) => {
	t.is(posixSpawn !== undefined, process.platform === 'linux');
});

for (const [name, {start}] of means) {
	test(`by ${name}, a process gets its arguments, environment, folder and outputs, and a session`, async (t) => {
		const {pid, signal, output, error, third} = await run(t, start, {
			file: '/bin/sh',
			arguments: [
				'-c',
				String.raw`printf "[%s]" "$@"; tr "\0" "\n" < /proc/$$/environ; pwd; readlink /proc/self/fd/0; cut -d" " -f5,6 /proc/self/stat; echo wrong >&2; echo more >&3; exit 3`,
				'sh',
				'',
				"it's $(here) ü",
			],
			environment: {PATH: '/usr/bin:/bin', 'not-a-name': 'x=y'},
		});
		t.is(
			output,
			`[][it's $(here) ü]PATH=/usr/bin:/bin\nnot-a-name=x=y\n${os.tmpdir()}\n/dev/null\n${pid} ${pid}\n`,
		);
		t.is(error, 'wrong\n');
		t.is(third, 'more\n');
		t.is(signal, undefined);
	});

	for (const killer of ['SIGKILL', 'SIGTERM', 'SIGPIPE', 'SIGSEGV'] as const) {
		test(`by ${name}, ${killer} ends a process, and is told`, async (t) => {
			const {signal} = await run(t, start, {
				file: '/bin/sh',
				arguments: ['-c', `kill -${killer.slice(3)} $$; sleep 5`],
			});
			t.is(signal, killer);
		});
	}

	test(`by ${name}, what cannot be started says why by its code`, async (t) => {
		const codeOf = async (request: Partial<Request>): Promise<unknown> => {
			const error = await t.throwsAsync(async () =>
				run(t, start, {file: '/bin/true', arguments: [], ...request}),
			);
			return 'code' in error ? error.code : undefined;
		};

		t.is(await codeOf({file: '/no/such/file'}), 'ENOENT');
		t.is(await codeOf({cwd: '/no/such/folder'}), 'ENOENT');
		t.is(await codeOf({arguments: ['x'.repeat(200_000)]}), 'E2BIG');
		t.is(await codeOf({file: '/etc/passwd'}), 'EACCES');
	});

	test(`by ${name}, as much is handed over as the system takes`, async (t) => {
		const words = Array.from({length: 10_000}, (_, index) =>
			String(index).padStart(100, 'ü'),
		);
		const {output} = await run(t, start, {
			file: '/usr/bin/printf',
			arguments: [String.raw`%s\n`, ...words],
		});
		t.is(output, `${words.join('\n')}\n`);
	});

	test(`by ${name}, many at once are each told of once`, async (t) => {
		const ends = await Promise.all(
			Array.from({length: 40}, async (_, index) =>
				run(t, start, {
					file: '/bin/sh',
					arguments: ['-c', index % 2 === 0 ? 'exit 0' : 'kill -TERM $$'],
				}),
			),
		);
		t.deepEqual(
			ends.map(({signal}) => signal),
			ends.map((_, index) => (index % 2 === 0 ? undefined : 'SIGTERM')),
		);
	});
}

type Request = Pick<
	StartRequest,
	'file' | 'arguments' | 'environment' | 'cwd' | 'cgroup'
>;

const run = async (
	t: ExecutionContext,
	start: StartProcess['start'],
	request: Pick<Request, 'file' | 'arguments'> & Partial<Request>,
) => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-spawn-'));
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true, force: true});
	});
	const places = ['output', 'error', 'third'].map((name) =>
		path.join(folder, name),
	);
	const [output = 1, error = 2, third = 3] = places.map((file) =>
		fs.openSync(file, 'a'),
	);
	let count = 0;
	try {
		const gone = Promise.withResolvers<NodeJS.Signals | undefined>();
		const pid = await start({
			environment: {PATH: '/usr/bin:/bin'},
			cwd: os.tmpdir(),
			cgroup: undefined,
			...request,
			output,
			error,
			third,
			onExit(signal) {
				count++;
				gone.resolve(signal);
			},
		});
		const signal = await gone.promise;
		t.is(count, 1);
		const [said, complained, added] = places.map((file) =>
			fs.readFileSync(file, 'utf8'),
		);
		return {pid, signal, output: said, error: complained, third: added};
	} finally {
		fs.closeSync(output);
		fs.closeSync(error);
		fs.closeSync(third);
	}
};
