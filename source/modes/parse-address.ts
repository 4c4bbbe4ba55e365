import {FarmError} from '../core/errors.js';
import type {Address} from '../net/address.js';
import {echo} from './echo.js';

/** Where workers and submitters connect, unless a scheduler was told otherwise. */
const usualPort = 1384;

/**
`host:port`, `[fd00::2]:1384`, or a host alone for the usual port.

@throws FarmError `INVALID`
*/
export const parseAddress = (text: string, where = '--scheduler'): Address => {
	const groups =
		/^(?:\[(?<bracketed>[^\s\[\]]+)\]|(?<plain>[^\s:\[\]]+))(?::(?<port>\d{1,5}))?$/v.exec(
			text.trim(),
		)?.groups;
	const host = groups?.['bracketed'] ?? groups?.['plain'];
	const port = Number(groups?.['port'] ?? usualPort);
	if (host === undefined || port < 1 || port > 65_535) {
		throw new FarmError(
			'INVALID',
			`${where} ${echo(text)} is no address: write HOST:PORT, as in farm.example.org:1384 or [fd00::2]:1384.`,
		);
	}

	return {host, port};
};
