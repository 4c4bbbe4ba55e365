import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {EnvironmentRequest} from '../source/core/invocation.js';
import type {JsonObject} from '../source/core/json.js';
import type {Packages} from '../source/core/packages.js';
import {resolveEnvironment} from '../source/worker/resolve-environment.js';
import {applyPackages} from '../source/worker/resolvers/apply-packages.js';

const set = (...values: readonly string[]) => ({kind: 'set', values}) as const;
const extend = (prepend: readonly string[], append: readonly string[] = []) =>
	({kind: 'extend', prepend, append}) as const;

const version = (
	env: Packages[string][string]['env'] = {},
	priority = 50,
): Packages[string][string] => ({label: '', priority, env});

const resolve = async (
	resolver: string,
	given: JsonObject,
	{
		packages = {},
		environment = {PATH: '/usr/bin'},
	}: {
		readonly packages?: Packages;
		readonly environment?: Readonly<Record<string, string>>;
	} = {},
) =>
	resolveEnvironment({
		request: {resolver, arguments: given},
		fallback: {resolver: 'trivial', arguments: {}},
		environment,
		packages,
	});

const environmentOf = async (
	...input: Parameters<typeof resolve>
): Promise<Readonly<Record<string, string>>> => {
	const resolved = await resolve(...input);
	if (resolved.kind === 'failed') {
		throw new Error(resolved.message);
	}

	return resolved.environment;
};

const failureOf = async (
	...input: Parameters<typeof resolve>
): Promise<string> => {
	const resolved = await resolve(...input);
	return resolved.kind === 'failed' ? resolved.message : 'it was resolved';
};

const tool: Packages = {
	tool: {
		'3.4.1': version({V: set('3.4.1')}),
		'3.10.0': version({V: set('3.10.0')}),
		'3.9.2': version({V: set('3.9.2')}),
		'4.0.1': version({V: set('4.0.1')}),
	},
};

test('standard takes the highest version in the range', async (t) => {
	const chosen = async (range: string | number) => {
		const {V} = await environmentOf(
			'standard',
			{'package.tool': range},
			{packages: tool},
		);
		return V;
	};

	t.is(await chosen('~=3.4'), '3.10.0');
	t.is(await chosen('~=3.9.0'), '3.9.2');
	t.is(await chosen('3.4'), '3.4.1');
	t.is(await chosen(''), '4.0.1');
	t.is(await chosen('*'), '4.0.1');
	t.is(await chosen(3), '3.10.0');
	t.is(await chosen('>=3.5 <3.10'), '3.9.2');
});

test('what packages do is done in the order of their priorities, lower ones first', async (t) => {
	const packages: Packages = {
		base: {
			'1': version(
				{PATH: extend(['/base/bin'], ['/base/late']), MODE: set('base')},
				10,
			),
		},
		over: {
			'1': version(
				{
					PATH: extend(['/over/a', '/over/b']),
					MODE: set('over'),
					NEW: extend(['/one'], ['/two', '/three']),
					LIST: set('/x', '/y'),
				},
				90,
			),
		},
	};
	t.deepEqual(
		await environmentOf(
			'standard',
			{'package.over': '', 'package.base': ''},
			{packages, environment: {PATH: '/usr/bin:/bin', KEPT: 'yes'}},
		),
		{
			PATH: '/over/a:/over/b:/base/bin:/usr/bin:/bin:/base/late',
			MODE: 'over',
			NEW: '/one:/two:/three',
			LIST: '/x:/y',
			KEPT: 'yes',
		},
	);
});

test('on Windows paths are separated by semicolons, and a variable has one name in any case', (t) => {
	t.deepEqual(
		applyPackages({
			environment: {Path: String.raw`C:\Windows`},
			packages: [version({PATH: extend([String.raw`C:\Tool\bin`])})],
			platform: 'win32',
		}),
		{Path: String.raw`C:\Tool\bin;C:\Windows`},
	);
});

test('standard sets who the process runs for', async (t) => {
	t.deepEqual(
		await environmentOf(
			'standard',
			{user: 'mia'},
			{environment: {USER: 'farm'}},
		),
		{USER: 'mia', LOGNAME: 'mia', USERNAME: 'mia'},
	);
	t.regex(await failureOf('standard', {user: 5}), /"user".*must be a name/v);
	t.regex(await failureOf('standard', {user: 'a\0'}), /must be a name/v);
});

test('what standard cannot do it says, with what the worker has', async (t) => {
	const failing = async (given: JsonObject, packages: Packages = tool) =>
		failureOf('standard', given, {packages});
	t.is(
		await failing({'package.tool': '~=5.1'}),
		'This worker has no version of the package "tool" in the range ~=5.1; it has 3.4.1, 3.9.2, 3.10.0, 4.0.1.',
	);
	t.is(
		await failing({'package.blender': ''}),
		'This worker has no package "blender"; it has tool.',
	);
	t.regex(await failing({'package.blender': ''}, {}), /resolver generate/v);
	t.regex(await failing({'package.toString': ''}), /no package "toString"/v);
	t.regex(
		await failing({'packge.tool': '1'}),
		/knows no argument "packge\.tool"; did you mean "package\.tool"\?/v,
	);
	t.regex(await failing({'package.tool': '>>1'}), /no version range/v);
	t.regex(await failing({'package.tool': null}), /must be a version range/v);
	t.regex(await failing({'package.': '1'}), /names no package/v);
});

test('a resolver that is not there is named with those that are', async (t) => {
	t.is(
		await failureOf('standrad', {}),
		'This worker has no environment resolver "standrad"; it has "trivial", "standard", "rez".',
	);
});

test("a task without a resolver gets the worker's default one, with its arguments", (t) => {
	const fallback = {
		resolver: 'standard',
		arguments: {'package.tool': '3', user: 'farm'},
	};
	// eslint-disable-next-line @typescript-eslint/no-restricted-types -- as on the wire
	const of = (request: EnvironmentRequest | null) => {
		const resolved = resolveEnvironment({
			request,
			fallback,
			environment: {},
			packages: tool,
		});
		return resolved.kind === 'failed' ? resolved.message : resolved.environment;
	};

	t.like(of(null), {V: '3.10.0', USER: 'farm'});
	t.like(of({resolver: '', arguments: {'package.tool': '4'}}), {
		V: '4.0.1',
		USER: 'farm',
	});
	t.deepEqual(of({resolver: 'trivial', arguments: {A: 'b'}}), {A: 'b'});
});

const withRez = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-rez-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	await fs.writeFile(path.join(folder, 'rez-env'), '#!/bin/sh\n', {
		mode: 0o755,
	});
	return folder;
};

test('rez is asked by requests, in front of the program', async (t) => {
	const folder = await withRez(t);
	const environment = {PATH: `/nowhere:${folder}`};
	const prefixOf = async (given: JsonObject) => {
		const resolved = await resolve('rez', given, {environment});
		return resolved.kind === 'failed' ? resolved.message : resolved.prefix;
	};

	const program = path.join(folder, 'rez-env');
	t.deepEqual(
		await prefixOf({
			requests: ['maya-2024', '!python-2', '~arnold-7+'],
			'package.houdini': '20.0',
			'package.nuke': '>=13.2',
			'package.usd': '==23.11',
			'package.python': '3.9+<3.12',
			'package.blender': '',
			'package.tool': '*',
			'package.ocio': 2,
		}),
		[
			program,
			'maya-2024',
			'!python-2',
			'~arnold-7+',
			'houdini-20.0',
			'nuke>=13.2',
			'usd==23.11',
			'python-3.9+<3.12',
			'blender',
			'tool',
			'ocio-2',
			'--',
		],
	);
	t.deepEqual(await prefixOf({}), []);
});

test('what rez would not understand is said before it is asked', async (t) => {
	const folder = await withRez(t);
	const failing = async (given: JsonObject) =>
		failureOf('rez', given, {environment: {PATH: folder}});
	t.regex(await failing({'package.maya': '~=2024'}), /ranges of rez/v);
	t.regex(await failing({'package.maya': '^2024'}), /ranges of rez/v);
	t.regex(await failing({requests: 'maya'}), /must be a list/v);
	t.regex(await failing({requests: ['--output', 'x']}), /"--output"/v);
	t.regex(await failing({requests: ['maya 2024']}), /no request of rez/v);
	t.regex(await failing({requests: ['']}), /no request of rez/v);
	t.regex(await failing({request: ['maya']}), /knows no argument "request"/v);
});

test('without rez-env on its PATH a worker cannot start what needs it, and says so', async (t) => {
	t.regex(
		await failureOf(
			'rez',
			{'package.maya': '2024'},
			{environment: {PATH: '/nowhere'}},
		),
		/through rez-env.*"rez-env" was not found.*\/nowhere/v,
	);
});
