/**
Loaded into a process of the program before it begins: at the signal it makes about two gigabytes of objects of which the latest fortieth is still needed, which is what lets V8 double the room for young ones, and then tells how many bytes of that room there were at most, in the file that `LIFEBLOOD_TEST_GARBAGE` names.
*/
import fs from 'node:fs';
import process from 'node:process';
import {setImmediate as nextRound} from 'node:timers/promises';
import {getHeapSpaceStatistics} from 'node:v8';

const rounds = 8000;
const perRound = 2000;
const keptRounds = 200;

const roomForYoung = (): number =>
	getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space')
		?.space_size ?? NaN;

const makeGarbage = async (file: string): Promise<void> => {
	const kept: unknown[] = [];
	let most = 0;
	for (let round = 0; round < rounds; round += 1) {
		kept[round % keptRounds] = Array.from({length: perRound}, (_, index) => ({
			round,
			index,
			text: [round, index],
		}));
		most = Math.max(most, roomForYoung());
		await nextRound(); // eslint-disable-line no-await-in-loop -- the program goes on in between
	}

	fs.writeFileSync(`${file}.part`, String(most));
	fs.renameSync(`${file}.part`, file);
};

const file = process.env['LIFEBLOOD_TEST_GARBAGE'];
process.once('SIGUSR2', () => {
	if (file !== undefined) {
		void makeGarbage(file);
	}
});
