import {FarmError} from '../core/errors.js';

/** Something that is wrong with what a person wrote. */
export type Fault = {
	/** The file, or what else it was: `--server-port`, `LIFEBLOOD_…`. */
	readonly where: string;
	readonly line?: number | undefined;
	readonly message: string;
};

/** One line, in the form that editors and terminals make into a link. */
export const faultLine = ({where, line, message}: Fault): string =>
	line === undefined && message.startsWith(`${where} `)
		? message
		: `${where}${line === undefined ? '' : `:${line}`}: ${message}`;

/** As a person reads: each file from its first line on. */
export const faultLines = (faults: readonly Fault[]): readonly string[] =>
	Map.groupBy(faults, ({where}) => where)
		.values()
		.flatMap((ones) =>
			ones.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
		)
		.map((fault) => faultLine(fault))
		.toArray();

export const faultError = (faults: readonly Fault[]): FarmError =>
	new FarmError('INVALID', faultLines(faults).join('\n'));
