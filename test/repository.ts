import {readFile} from 'node:fs/promises';
import test from 'ava';
import {z} from 'zod';

const dependencies = z.record(z.string(), z.string()).default({});
const lockShape = z.looseObject({
	packages: z.record(
		z.string(),
		z.looseObject({optionalDependencies: dependencies}),
	),
});
const packageShape = z.looseObject({
	dependencies,
	devDependencies: dependencies,
});

const read = async (file: string): Promise<string> =>
	readFile(new URL(`../${file}`, import.meta.url), 'utf8');

/** Where Node looks for a package that `from` asks for: beside it, and in every folder above. */
const places = (from: string, name: string): string[] => {
	const steps = from.split('/node_modules/');
	const folders = steps.map((_, index) =>
		steps.slice(0, steps.length - index).join('/node_modules/'),
	);
	return [
		...folders.map((folder) => `${folder}/node_modules/${name}`),
		`node_modules/${name}`,
	];
};

test('the lock file has the packages of every platform, not only of the one it was written on', async (t) => {
	const {packages} = lockShape.parse(
		JSON.parse(await read('package-lock.json')),
	);
	const missing = Object.entries(packages).flatMap(
		([from, {optionalDependencies}]) =>
			Object.keys(optionalDependencies).filter((name) =>
				places(from, name).every((place) => !Object.hasOwn(packages, place)),
			),
	);
	t.deepEqual(missing, []);
	t.true(
		Object.values(packages).some(
			({optionalDependencies}) => Object.keys(optionalDependencies).length > 0,
		),
	);
});

test('the lock file names no registry, so that any may serve it', async (t) => {
	const lock = await read('package-lock.json');
	t.notRegex(lock, /"resolved":/v);
});

test('the lock file keeps npm from compiling what better-sqlite3 brings ready-made', async (t) => {
	const {packages} = lockShape.parse(
		JSON.parse(await read('package-lock.json')),
	);
	t.false(packages['node_modules/better-sqlite3']?.['gypfile']);
});

test('every dependency has an exact version', async (t) => {
	const found = packageShape.parse(JSON.parse(await read('package.json')));
	const versions = Object.entries({
		...found.dependencies,
		...found.devDependencies,
	});
	t.deepEqual(
		versions.filter(
			([, version]) => !/^(?:npm:@?[\w\-\/]+@)?\d+\.\d+\.\d+$/v.test(version),
		),
		[],
	);
	t.true(versions.length > 0);
});
