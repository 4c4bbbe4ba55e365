/**
Loaded into a scheduler or worker before everything else (`node --import`): its wall clock is the system's and what a file says, in milliseconds. The clock that never goes back is left alone, as no jump moves it in a real machine either.
*/
import fs from 'node:fs';
import process from 'node:process';

const file = process.env.TORTURE_CLOCK;
const TrueDate = Date;
const trueNow = Date.now;
let offset = 0;

const look = () => {
	try {
		offset = Number(fs.readFileSync(file, 'utf8')) || 0;
	} catch {
		// It is just being written.
	}
};

if (file !== undefined) {
	look();
	setInterval(look, 100).unref();
	const now = () => trueNow() + offset;
	class JumpingDate extends TrueDate {
		static now() {
			return now();
		}

		constructor(...values) {
			super(...(values.length === 0 ? [now()] : values));
		}
	}

	Object.defineProperty(globalThis, 'Date', {value: JumpingDate});
}
