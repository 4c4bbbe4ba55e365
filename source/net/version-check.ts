import {z} from 'zod';
import {FarmError} from '../core/errors.js';
import {protocol} from './protocol.js';

/**
Why a hello of another protocol cannot be answered. Looked at before the rest of the hello, which another major version may say in another way.

Undefined: the same major, or no version at all, which the hello's own schema tells.
*/
export const objectionToProtocol = (hello: unknown): FarmError | undefined => {
	const parsed = versioned.safeParse(hello);
	if (!parsed.success || parsed.data.protocol[0] === protocol[0]) {
		return undefined;
	}

	const [theirs] = parsed.data.protocol;
	const toUpdate =
		theirs < protocol[0]
			? 'the program that connects is older: update it'
			: 'the scheduler is older: update it';
	return new FarmError(
		'VERSION',
		`This scheduler speaks protocol ${protocol.join('.')}, and the program that connects protocol ${parsed.data.protocol.join('.')}: ${toUpdate}.`,
	);
};

const versioned = z.object({
	protocol: z.tuple([z.int(), z.int()]),
});
