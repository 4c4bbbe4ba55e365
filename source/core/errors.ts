/**
What went wrong, as a word to branch on.

- `INVALID`: what was asked for is malformed or not allowed as it stands; the asker can mend it
- `NOT_FOUND`: a thing that was named is not there
- `CONFLICT`: it cannot be done in the present state of things
- `REFUSED`: wrong key, or not permitted
- `UNREACHABLE`: nobody answers at the other side
- `VERSION`: the two sides speak different protocols
- `BAD_MESSAGE`: bytes that are no message
- `TIMEOUT`: it took longer than it may
- `DATABASE_BUSY`: another scheduler serves this database
- `SCHEMA_TOO_NEW`, `DATABASE_CORRUPT`: this program cannot serve the file
- `STORAGE`: the disk is full or cannot be written
- `CLOSED`: the connection ended before the answer came
- `INTERNAL`: a broken promise of our own; a defect
*/
export const farmErrorCodes = [
	'INVALID',
	'NOT_FOUND',
	'CONFLICT',
	'REFUSED',
	'UNREACHABLE',
	'VERSION',
	'BAD_MESSAGE',
	'TIMEOUT',
	'DATABASE_BUSY',
	'SCHEMA_TOO_NEW',
	'DATABASE_CORRUPT',
	'STORAGE',
	'CLOSED',
	'INTERNAL',
] as const;

export type FarmErrorCode = (typeof farmErrorCodes)[number];

/** The only error class that crosses a module boundary. Branch on `code`, never on the message. */
export class FarmError extends Error {
	override readonly name = 'FarmError';

	readonly code: FarmErrorCode;

	constructor(code: FarmErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}
