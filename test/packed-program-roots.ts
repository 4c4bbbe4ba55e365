import test from 'ava';
import {programRoots} from '../source/packed/program-roots.js';

const linux = {
	platform: 'linux',
	environment: {},
	home: '/home/ann',
	temporary: '/tmp',
	user: 1000,
} as const;

test("the best root is the user's own cache, as the platform has it, and the next a temporary one with the user's number", (t) => {
	t.deepEqual(programRoots(linux), [
		'/home/ann/.cache/lifeblood/program',
		'/tmp/lifeblood-1000',
	]);
	t.deepEqual(
		programRoots({...linux, platform: 'darwin', home: '/Users/ann'}),
		['/Users/ann/Library/Caches/lifeblood/program', '/tmp/lifeblood-1000'],
	);
	t.deepEqual(
		programRoots({...linux, environment: {XDG_CACHE_HOME: '/fast/cache'}}),
		['/fast/cache/lifeblood/program', '/tmp/lifeblood-1000'],
	);
});

test('on Windows it is where programs keep what is of this machine only', (t) => {
	t.deepEqual(
		programRoots({
			...linux,
			platform: 'win32',
			// Absolute here and there.
			environment: {LOCALAPPDATA: '/local', XDG_CACHE_HOME: '/other'},
			user: undefined,
		}),
		['/local/lifeblood/program', '/tmp/lifeblood'],
	);
});

test('a relative XDG_CACHE_HOME is passed over, as its specification asks', (t) => {
	for (const value of ['', 'cache', './cache']) {
		t.deepEqual(
			programRoots({...linux, environment: {XDG_CACHE_HOME: value}}),
			programRoots(linux),
		);
	}
});

test("root puts nothing into anybody's home, whatever sudo left in the environment", (t) => {
	t.deepEqual(
		programRoots({
			...linux,
			environment: {XDG_CACHE_HOME: '/home/ann/.cache', HOME: '/home/ann'},
			user: 0,
		}),
		['/var/cache/lifeblood/program', '/tmp/lifeblood-0'],
	);
});

test('without a home only the temporary root is left', (t) => {
	for (const home of [undefined, '', '.']) {
		t.deepEqual(programRoots({...linux, home}), ['/tmp/lifeblood-1000']);
	}
});
