import type {Json} from '../core/json.js';
import type {Operation} from './turn-context.js';

/** Who asked for a change, and for what; as it goes into the journal. */
export type Request = {
	readonly method: string;
	readonly params: Json;
	/** The same one sent again within an hour gets the first answer. */
	readonly requestId: string | undefined;
	readonly client: string;
	readonly user: string;
	readonly address: string;
};

/** For how long an answer is remembered, in milliseconds. */
export const answersKeptMs = 60 * 60 * 1000;

/** Parameters longer than this are cut in the journal: it says who did what, and is not a second copy of the farm. */
const longestParams = 16_384;

/** An operation that a person or a program asked for: done once for each request id, and written into the journal in the same transaction. */
export const recorded = <Value>(
	request: Request,
	operation: Operation<Value>,
): Operation<Value> =>
	answeredOnce(request.requestId, (turn) => {
		const {desk, statements} = turn;
		// Of an operation that came before in this turn.
		desk.recall();
		const value = operation(turn);
		const before = desk.recall();
		statements.farm.addToJournal.run({
			at: desk.now(),
			client: request.client,
			user: request.user,
			address: request.address,
			method: request.method,
			params: shortened(request.params),
			before: before === undefined ? null : JSON.stringify(before),
		});
		return value;
	});

/** An operation that is done once for each request id: the same one sent again gets the first answer. */
export const answeredOnce =
	<Value>(
		requestId: string | undefined,
		operation: Operation<Value>,
	): Operation<Value> =>
	(turn) => {
		if (requestId === undefined) {
			return operation(turn);
		}

		const {desk, statements} = turn;
		const answer = statements.farm.answer.get(requestId);
		if (answer) {
			return JSON.parse(answer.result) as Value;
		}

		const value = operation(turn);
		statements.farm.putAnswer.run(
			requestId,
			desk.now(),
			JSON.stringify(value ?? {}),
		);
		return value;
	};

const shortened = (params: Json): string => {
	const text = JSON.stringify(params);
	return text.length <= longestParams
		? text
		: JSON.stringify({
				cut: true,
				length: text.length,
				begins: text.slice(0, 1024),
			});
};
