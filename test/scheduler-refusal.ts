import test from 'ava';
import {FarmError} from '../source/core/errors.js';
import {refusalOf} from '../source/scheduler/refusal.js';

test('that a log does not fit on the disk is told as a full disk, and nothing else is', (t) => {
	const full = Object.assign(new Error('ENOSPC: no space left on device'), {
		code: 'ENOSPC',
	});
	t.like(refusalOf(full, '/farm.logs'), {code: 'STORAGE', cause: full});
	t.regex(refusalOf(full, '/farm.logs').message, /holds \/farm\.logs is full/v);
	t.is(refusalOf(new TypeError('x'), '/farm.logs').code, 'INTERNAL');
	const own = new FarmError('NOT_FOUND', 'There is no invocation 1.');
	t.is(refusalOf(own, '/farm.logs'), own);
});
