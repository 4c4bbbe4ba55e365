export type Direction = 'ASC' | 'DESC';

/** The statement of an order, prepared when it is first asked for. */
export const byOrder = <Order extends string, Statement>(
	prepare: (order: Order, direction: Direction) => Statement,
): ((order: Order, direction: Direction) => Statement) => {
	const prepared = new Map<string, {readonly statement: Statement}>();
	return (order, direction) => {
		const key = `${order} ${direction}`;
		const known = prepared.get(key) ?? {statement: prepare(order, direction)};
		prepared.set(key, known);
		return known.statement;
	};
};
