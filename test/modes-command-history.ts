import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {openCommandHistory} from '../source/modes/command-history.js';

const inFolder = (): {folder: string; file: string} => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-history-'));
	return {folder, file: path.join(folder, 'viewer', 'history')};
};

test('what was typed is there the next time, each line once, and for its owner alone', (t) => {
	const {folder, file} = inFolder();
	const history = openCommandHistory(file);
	t.deepEqual(history.lines, []);
	for (const line of ['tasks', 'workers', 'tasks']) {
		history.add(line);
	}

	t.deepEqual(openCommandHistory(file).lines, ['workers', 'tasks']);
	t.is(fs.statSync(file).mode % 0o1000, 0o600);
	fs.rmSync(folder, {recursive: true});
});

test('two viewers add to one history', (t) => {
	const {folder, file} = inFolder();
	const [one, other] = [openCommandHistory(file), openCommandHistory(file)];
	one.add('tasks');
	other.add('pulse');
	t.deepEqual(openCommandHistory(file).lines, ['tasks', 'pulse']);
	fs.rmSync(folder, {recursive: true});
});

test('it stays short, and nothing that looks like a secret is written', (t) => {
	const {folder, file} = inFolder();
	const history = openCommandHistory(file);
	for (let index = 0; index < 250; index += 1) {
		history.add(`task ${index}`);
	}

	history.add('filter password=hunter2');
	history.add(`create ${'A2B3C4D5'.repeat(5)}`);
	history.add('x'.repeat(1000));
	const {lines} = openCommandHistory(file);
	t.is(lines.length, 200);
	t.is(lines.at(-1), 'task 249');
	fs.rmSync(folder, {recursive: true});
});

test('where it cannot be kept, nothing breaks', (t) => {
	const {folder, file} = inFolder();
	fs.writeFileSync(path.join(folder, 'viewer'), 'a file in the way');
	const history = openCommandHistory(file);
	t.notThrows(() => {
		history.add('tasks');
	});
	t.deepEqual(openCommandHistory(file).lines, []);
	fs.rmSync(folder, {recursive: true});
});
