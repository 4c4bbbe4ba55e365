import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {createFarm} from '../helpers/farm-process.js';
import {isExecutable} from '../helpers/program.js';
import {testWhere} from '../helpers/test-where.js';
import {until} from '../helpers/until.js';

const garbage = new URL('../helpers/make-garbage.ts', import.meta.url);

/** It is looked at only after it has grown, and on a busy machine grows on until then; of what is not bounded it is 128 MiB. */
const mostBytes = 96 * 2 ** 20;

for (const what of ['scheduler', 'worker'] as const) {
	testWhere(
		isExecutable
			? 'an executable imports nothing that NODE_OPTIONS names, so it cannot be made to throw away'
			: undefined,
		`what a ${what} throws away takes a bounded room, however much it is`,
		async (t) => {
			const farm = createFarm(t);
			const told = path.join(farm.folder, 'room');
			const environment = {
				NODE_OPTIONS: `--import=${fileURLToPath(garbage)}`,
				LIFEBLOOD_TEST_GARBAGE: told,
			};
			let daemon;
			if (what === 'scheduler') {
				const database = path.join(farm.folder, 'farm.db');
				daemon = farm.start(['scheduler', '--db', database], environment);
				const {said} = daemon;
				await until(() => (said().includes('is ready') ? true : undefined), {
					what: 'the scheduler to be ready',
				});
			} else {
				await farm.scheduler();
				daemon = await farm.worker({environment});
			}

			daemon.signal('SIGUSR2');
			const text = await until(
				() => (fs.existsSync(told) ? fs.readFileSync(told, 'utf8') : undefined),
				{what: 'the garbage', within: 100_000},
			);
			t.true(Number(text) > 2 ** 20, `${text} bytes`);
			t.true(Number(text) <= mostBytes, `${text} bytes`);
		},
	);
}
