export type Direction = 'ASC' | 'DESC';

/** The statement of an order, prepared when it is first asked for. */
export const byOrder = <Order extends string, Statement>(
	prepare: (order: Order, direction: Direction) => Statement,
): ((order: Order, direction: Direction) => Statement) => {
	const prepared = new Map<string, Statement>();
	return (order, direction) => {
		const key = `${order} ${direction}`;
		let statement = prepared.get(key);
		if (!statement) {
			statement = prepare(order, direction);
			prepared.set(key, statement);
		}

		return statement;
	};
};
