/** The statement of an order, prepared when it is first asked for. */
export const byOrder = <Order extends string, Statement>(
	prepare: (order: Order) => Statement,
): ((order: Order) => Statement) => {
	const prepared = new Map<Order, {readonly statement: Statement}>();
	return (order) => {
		const known = prepared.get(order) ?? {statement: prepare(order)};
		prepared.set(order, known);
		return known.statement;
	};
};
