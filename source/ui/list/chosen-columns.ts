import type {Column} from './column.js';

/** The columns that somebody chose, in their order; all, where nobody did. */
export const chosenColumns = <Row>(
	columns: ReadonlyArray<Column<Row>>,
	chosen: readonly string[] | undefined,
): ReadonlyArray<Column<Row>> => {
	const found = chosen?.flatMap(
		(name) => columns.find(({id}) => id === name) ?? [],
	);
	return found === undefined || found.length === 0 ? columns : found;
};
