import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import test from 'ava';
import {createMapPath, createMapPathBack} from '../source/worker/map-path.js';
import {mapToFarm, mapToHere} from '../source/worker/path-mapping.js';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

test('the longest beginning of whole names wins', (t) => {
	const map = createMapPath({
		'/mnt/a': 'P:/',
		'/mnt/a/b': '/local/b/',
		'/mnt/ab/': '/other',
		'/': '/base',
	});
	t.deepEqual(
		['/mnt/a', '/mnt/a/c', '/mnt/a/b/c', '/mnt/ab', '/mnt/abc', '/'].map(
			(text) => map(text),
		),
		['P:/', 'P:/c', '/local/b/c', '/other', '/base/mnt/abc', '/base/'],
	);
	t.deepEqual(
		['', 'a/mnt/a', 'mnt/a'].map((text) => map(text)),
		['', 'a/mnt/a', 'mnt/a'],
	);
});

test('where there are drive letters, both slashes and both kinds of letters are the same', (t) => {
	const toPosix = createMapPath({
		'P:/projects': '/mnt/projects',
		'Q:': '/mnt/q/',
		[String.raw`\\server\share`]: '/mnt/share',
	});
	t.deepEqual(
		[
			String.raw`p:\Projects\Show\a b.exr`,
			'P:/projects/x',
			'P:/projectsx',
			String.raw`q:\x`,
			'Q:',
			'Q:x',
			'//SERVER/share/x',
			String.raw`\\server\shared`,
		].map((text) => toPosix(text)),
		[
			'/mnt/projects/Show/a b.exr',
			'/mnt/projects/x',
			'P:/projectsx',
			'/mnt/q/x',
			'/mnt/q',
			'Q:x',
			'/mnt/share/x',
			String.raw`\\server\shared`,
		],
	);
	const toWindows = createMapPath({
		'/mnt/a': 'P:/a',
		'/mnt/b': String.raw`Q:\b`,
		'/mnt/c': 'R:',
	});
	t.deepEqual(
		['/mnt/a/x/y', '/mnt/b/x/y', '/mnt/c', '/MNT/a', String.raw`/mnt/a\b`].map(
			(text) => toWindows(text),
		),
		['P:/a/x/y', String.raw`Q:\b\x\y`, 'R:/', '/MNT/a', String.raw`/mnt/a\b`],
	);
});

/** One part of a path, as any file system takes it. */
const name = fc
	.string({
		unit: fc.constantFrom(...'abzABZ09 ._-üÜİ'),
		minLength: 1,
		maxLength: 8,
	})
	.filter((text) => text.trim() === text && !/^\.+$/v.test(text));
const names = fc.array(name, {maxLength: 4});
const posixPath = names.map((parts) => `/${parts.join('/')}`);

test('what is mapped and mapped back is what it was', (t) => {
	const table = fc
		.uniqueArray(name, {minLength: 1, maxLength: 5, selector: (text) => text})
		.map((list) =>
			Object.fromEntries(
				list.map((entry, index) => [
					`/farm/${entry}`,
					`/here${index}/${entry}`,
				]),
			),
		);
	fc.assert(
		fc.property(
			table.chain((entries) =>
				fc.tuple(
					fc.constant(entries),
					fc.oneof(
						posixPath,
						fc
							.tuple(fc.constantFrom(...Object.keys(entries)), posixPath)
							.map((parts) => parts.join('')),
					),
				),
			),
			([entries, text]) => {
				const there = createMapPath(entries)(text);
				t.is(createMapPathBack(entries)(there), text);
				t.is(
					there !== text,
					Object.keys(entries).some(
						(from) => text === from || text.startsWith(`${from}/`),
					),
				);
			},
		),
	);
});

test('between systems the way back keeps everything but slashes and capitals that mean nothing', (t) => {
	const meaning = (text: string) => text.replaceAll('\\', '/').toLowerCase();
	for (const table of [
		{'P:/projects': '/mnt/projects'},
		{[String.raw`P:\projects`]: '/mnt/projects/'},
		{'//server/share': '/mnt/projects'},
	] as ReadonlyArray<Record<string, string>>) {
		const [from = ''] = Object.keys(table);
		fc.assert(
			fc.property(
				names,
				fc.array(fc.constantFrom('/', '\\'), {minLength: 5, maxLength: 5}),
				fc.boolean(),
				(parts, slashes, isUpper) => {
					const text = `${isUpper ? from.toUpperCase() : from}${parts
						.map((part, index) => `${slashes[index]}${part}`)
						.join('')}`;
					const there = createMapPath(table)(text);
					t.is(there, ['/mnt/projects', ...parts].join('/'));
					const back = createMapPathBack(table)(there);
					t.is(meaning(back), meaning(text));
					t.is(createMapPath(table)(back), there);
				},
			),
		);
	}
});

const settings = {
	path_mapping: {'/mnt/a': '/local/a', 'P:/projects': '/mnt/projects'},
	path_attributes: ['file', '*_path'],
};
const here = mapToHere(settings);
const farm = mapToFarm(settings);

test('an argument is mapped where it is a path, or has one after its name', (t) => {
	const cases: Readonly<Record<string, string>> = {
		'/mnt/a/x': '/local/a/x',
		'--out=/mnt/a/x': '--out=/local/a/x',
		'-o=/mnt/a/x=y': '-o=/local/a/x=y',
		'OUT=/mnt/a/x': 'OUT=/local/a/x',
		'-I/mnt/a': '-I/local/a',
		[String.raw`-IP:\projects\x`]: '-I/mnt/projects/x',
		'/mnt/a:/data': '/local/a:/data',
		'--both=/mnt/a/x:/mnt/a/y': '--both=/local/a/x:/local/a/y',
		'/mnt/a/k=/mnt/a/v': '/local/a/k=/mnt/a/v',
	};
	t.deepEqual(
		Object.keys(cases).map((text) => here.argument(text)),
		Object.values(cases),
	);
	for (const text of [
		'host:/mnt/a/x',
		'cp /mnt/a/x .',
		'file:///mnt/a/x',
		'-Ix/mnt/a',
		'/mnt/ab',
		'--out=x/mnt/a',
		':/mnt/a',
		'',
	]) {
		t.is(here.argument(text), text);
	}
});

test('each path of a variable is mapped, and what stands between them fits the system', (t) => {
	const cases: Readonly<Record<string, string>> = {
		'/mnt/a/x:/usr/lib:/mnt/a': '/local/a/x:/usr/lib:/local/a',
		'/mnt/a;&': '/local/a;&',
		':/mnt/a:': ':/local/a:',
		[String.raw`P:\projects\x;P:/projects;&`]:
			'/mnt/projects/x:/mnt/projects:&',
		'http://mnt/a:/mnt/a': 'http://mnt/a:/local/a',
		'plain text': 'plain text',
	};
	t.deepEqual(
		Object.keys(cases).map((text) => here.variable(text)),
		Object.values(cases),
	);
	t.is(
		farm.variable('/mnt/projects/x:/mnt/projects'),
		'P:/projects/x;P:/projects',
	);
});

test('of attributes the chosen ones are mapped, with all that is in them', (t) => {
	const attributes = {
		file: '/mnt/a/x',
		out_path: ['/mnt/a/y', {deep: '/mnt/a/z', count: 3, none: null}],
		files: '/mnt/a/x',
		note: '/mnt/a/x',
	};
	const mapped = {
		...attributes,
		file: '/local/a/x',
		out_path: ['/local/a/y', {deep: '/local/a/z', count: 3, none: null}],
	};
	t.deepEqual(here.attributes(attributes), mapped);
	t.deepEqual(farm.attributes(mapped), attributes);
	const all = mapToHere({...settings, path_attributes: ['*']});
	t.is(all.attributes(attributes)['note'], '/local/a/x');
});

test('without a table nothing is touched', (t) => {
	const none = mapToHere({...settings, path_mapping: {}});
	const attributes = {file: '/mnt/a'};
	t.is(none.attributes(attributes), attributes);
	t.is(none.argument('/mnt/a'), '/mnt/a');
});

test('a process sees the paths of its machine, in arguments, folder, variables and chosen attributes; files that are carried along are not touched', async (t) => {
	const place = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-place-'));
	t.teardown(() => {
		fs.rmSync(place, {recursive: true});
	});
	const {scheduler, worker} = await workerFarm(t, {
		settings: {path_mapping: {'/farm': place}},
	});
	worker();
	await scheduler.run(
		1,
		[
			'/bin/sh',
			'-c',
			'pwd; echo "$1"; echo "$SEARCH $FROM_TASK $LBATTR_file $LBATTR_note"; cat "$LIFEBLOOD_ATTRIBUTES" "$2"',
			'sh',
			'--out=/farm/x',
			':/farm',
		],
		{
			cwd: '/farm',
			environment: {SEARCH: '/farm/lib:/usr/lib'},
			task_environment: {
				resolver: 'trivial',
				arguments: {FROM_TASK: '/farm/tools'},
			},
			files: {farm: '/farm/x'},
			attributes: {file: '/farm/f', note: '/farm/n', a_path: ['/farm/l']},
		},
	);
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.deepEqual(log.toString().split('\n'), [
		place,
		`--out=${place}/x`,
		`${place}/lib:/usr/lib ${place}/tools ${place}/f /farm/n`,
		`{"file":"${place}/f","note":"/farm/n","a_path":["${place}/l"]}/farm/x`,
	]);
});
