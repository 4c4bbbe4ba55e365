import {Buffer} from 'node:buffer';
import test from 'ava';
import {packFiles, unpackFiles} from '../source/packed/archive.js';

const files = [
	{path: 'lifeblood.js', content: Buffer.from('one\n')},
	{path: 'python/empty.py', content: Buffer.from('')},
	{path: 'deep/er/native.node', content: Buffer.from([0, 255, 10, 13, 0])},
];

test('files come out of an archive as they were put in, empty ones too', (t) => {
	const {index, bytes} = packFiles(files, '1.2.3');
	t.deepEqual(
		unpackFiles(index, bytes).map(({path, content}) => ({
			path,
			content: Buffer.from(content),
		})),
		files,
	);
	t.deepEqual(
		index.files,
		files.map(({path, content}) => ({path, size: content.byteLength})),
	);
});

test('an archive is named by its version and all that is in it', (t) => {
	const nameOf = (
		packed: ReadonlyArray<(typeof files)[number]>,
		version = '1.2.3',
	): string => packFiles(packed, version).index.name;
	const [first, ...rest] = files;
	t.true(first !== undefined);
	t.regex(nameOf(files), /^1\.2\.3-[\da-f]{12}$/v);
	t.is(nameOf(files), nameOf([...files]));
	const others = [
		nameOf(files, '1.2.4'),
		nameOf(rest),
		nameOf([{path: 'other.js', content: Buffer.from('one\n')}, ...rest]),
		nameOf([{path: 'lifeblood.js', content: Buffer.from('two\n')}, ...rest]),
	];
	t.is(new Set([nameOf(files), ...others]).size, 5);
});
