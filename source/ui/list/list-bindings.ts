import {rowAt, totalOf, type LiveWindow} from '../live/live-window.js';
import {textField} from '../text-field.js';
import type {ScreenBinding, ScreenTools, View} from '../screen.js';
import {choose} from '../dialogs/choose.js';
import type {Column} from './column.js';
import {
	atTop,
	clearMarks,
	isMarking,
	moveCursor,
	toggleMark,
	toggleRange,
	type ListState,
} from './list-state.js';

/** A list of a screen, as its keys need it. */
export type ListAccess<Slice> = {
	readonly list: (slice: Slice) => ListState;
	readonly withList: (slice: Slice, list: ListState) => Slice;
	readonly window: (view: View<Slice>) => LiveWindow | undefined;
	/** Rows that it shows. */
	readonly height: (view: View<Slice>) => number;
	readonly columns: ReadonlyArray<
		Pick<Column<never>, 'id' | 'title' | 'order' | 'moreOrders'>
	>;
	/** What may be typed as a filter, for the help. */
	readonly filterHelp: string;
	/** What is filtered by already while this is being typed; absent: all of it. */
	readonly typedSoFar?: (text: string) => string;
	/** Why a filter means nothing, as a sentence; such a filter is not applied. */
	readonly filterFault?: (text: string) => string | undefined;
	/** Words that a filter could have, for completion. */
	readonly completeFilter?: (
		text: string,
		view: View<Slice>,
	) => readonly string[];
};

/** The keys that every list has. */
export const listBindings = <Slice>(
	access: ListAccess<Slice>,
): ReadonlyArray<ScreenBinding<Slice>> => {
	type ListTools = ScreenTools<Slice>;
	const change = (
		tools: ListTools,
		how: (list: ListState, view: View<Slice>) => ListState,
	): void => {
		const view = tools.view();
		tools.update((slice) =>
			access.withList(slice, how(access.list(slice), view)),
		);
	};

	const move =
		(to: (list: ListState, height: number, total: number) => number) =>
		(tools: ListTools): void => {
			change(tools, (list, view) => {
				const window = access.window(view);
				const height = access.height(view);
				return moveCursor(list, to(list, height, totalOf(window)), {
					window,
					height,
				});
			});
		};

	const isEmpty = (view: View<Slice>): string | undefined =>
		totalOf(access.window(view)) === 0 ? 'the list is empty' : undefined;

	const navigation = (
		id: string,
		keys: readonly string[],
		help: string,
		to: (list: ListState, height: number, total: number) => number,
	): ScreenBinding<Slice> => ({
		id: `list.${id}`,
		keys,
		label: id,
		help,
		isQuiet: true,
		run: move(to),
	});

	const bindings: ReadonlyArray<ScreenBinding<Slice>> = [
		navigation('down', ['j', 'down'], 'one row down', ({cursor}) => cursor + 1),
		navigation('up', ['k', 'up'], 'one row up', ({cursor}) => cursor - 1),
		navigation(
			'page-down',
			['pagedown', 'ctrl+f'],
			'a page down',
			({cursor}, height) => cursor + height,
		),
		navigation(
			'page-up',
			['pageup', 'ctrl+b'],
			'a page up',
			({cursor}, height) => cursor - height,
		),
		navigation(
			'half-down',
			['ctrl+d'],
			'half a page down',
			({cursor}, height) => cursor + Math.ceil(height / 2),
		),
		navigation(
			'half-up',
			['ctrl+u'],
			'half a page up',
			({cursor}, height) => cursor - Math.ceil(height / 2),
		),
		navigation('first', ['g', 'home'], 'to the first row', () => 0),
		navigation(
			'last',
			['G', 'end'],
			'to the last row',
			(_list, _height, total) => total - 1,
		),
		{
			id: 'list.filter',
			keys: ['/'],
			label: 'filter',
			help: `filter the list: ${access.filterHelp}`,
			command: 'filter',
			run(tools, argument) {
				const before = access.list(tools.view().slice).filter;
				const apply = (filter: string): void => {
					change(tools, (list) =>
						list.filter === filter
							? list
							: {...atTop(clearMarks(list)), filter},
					);
				};

				const set = (filter: string): void => {
					const fault = access.filterFault?.(filter);
					apply(fault === undefined ? filter : before);
					if (fault !== undefined) {
						tools.notice('error', fault);
					}
				};

				if (argument !== '') {
					set(argument);
					return;
				}

				tools.openLine({
					prompt: '/',
					field: textField(before),
					onChange(text) {
						const typed = access.typedSoFar?.(text) ?? text;
						// What means nothing may be half a word: the list waits for the rest.
						if (access.filterFault?.(typed) === undefined) {
							apply(typed);
						}
					},
					onSubmit: set,
					onCancel() {
						apply(before);
					},
					complete: (text) => access.completeFilter?.(text, tools.view()) ?? [],
				});
			},
		},
		{
			id: 'list.mark',
			keys: ['space'],
			label: 'mark',
			help: 'mark or unmark the row, and go on',
			isQuiet: true,
			disabled: isEmpty,
			run(tools) {
				change(tools, (list, view) => {
					const window = access.window(view);
					const row = rowAt(window, list.cursor);
					const marked = row === undefined ? list : toggleMark(list, row.id);
					return moveCursor(marked, list.cursor + 1, {
						window,
						height: access.height(view),
					});
				});
			},
		},
		{
			id: 'list.range',
			keys: ['v'],
			label: 'mark a range',
			help: 'mark rows from here to where the cursor goes; again to end it',
			isQuiet: true,
			disabled: isEmpty,
			run(tools) {
				change(tools, (list, view) => toggleRange(list, access.window(view)));
			},
		},
		{
			id: 'list.mark-all',
			keys: ['*'],
			label: 'mark all',
			help: 'mark everything that the filter finds; again to unmark',
			isQuiet: true,
			disabled: isEmpty,
			run(tools) {
				change(tools, (list) => ({
					...clearMarks(list),
					isAllMarked: !list.isAllMarked,
				}));
			},
		},
		{
			id: 'list.clear',
			keys: ['esc'],
			label: 'clear',
			help: 'take away marks, then the filter',
			isQuiet: true,
			disabled(view) {
				const list = access.list(view.slice);
				return isMarking(list) || list.filter !== ''
					? undefined
					: 'nothing is marked or filtered';
			},
			run(tools) {
				change(tools, (list) =>
					isMarking(list) ? clearMarks(list) : {...atTop(list), filter: ''},
				);
			},
		},
		{
			id: 'list.sort',
			keys: ['s'],
			label: 'sort',
			help: 'choose the column by which the list is sorted',
			command: 'sort',
			isQuiet: true,
			run(tools, argument) {
				const orders = ordersOf(access.columns);
				const sort = (by: string): void => {
					change(tools, (list) => ({
						...atTop(list),
						order: {
							by,
							descending:
								list.order?.by === by ? !list.order.descending : false,
						},
					}));
				};

				const named = orders.find(
					({label, value}) =>
						value === argument ||
						label.toLowerCase() === argument.toLowerCase(),
				);
				if (named) {
					sort(named.value);
					return;
				}

				tools.openDialog(
					choose({title: 'Sort by', items: orders, onChoose: sort}),
				);
			},
		},
		{
			id: 'list.reverse',
			keys: ['S'],
			label: 'reverse',
			help: 'sort the other way round',
			isQuiet: true,
			run(tools) {
				change(tools, (list) => ({
					...atTop(list),
					order: {
						by: list.order?.by ?? 'id',
						descending: !(list.order?.descending ?? false),
					},
				}));
			},
		},
	];
	const isSortable = ordersOf(access.columns).length > 0;
	return bindings
		.filter(({id}) => isSortable || !sorting.has(id))
		.map((binding) => ({...binding, section: 'list'}));
};

/** Of no use for a list that has one order. */
const sorting: ReadonlySet<string> = new Set(['list.sort', 'list.reverse']);

/** What the columns can be sorted by, each once. */
const ordersOf = (
	columns: ListAccess<never>['columns'],
): ReadonlyArray<{readonly label: string; readonly value: string}> => {
	const orders = new Map<string, string>();
	for (const {id, title, order, moreOrders = []} of columns) {
		if (order !== undefined) {
			orders.set(order, title === '' ? id : title);
		}

		for (const more of moreOrders) {
			orders.set(more.order, more.title);
		}
	}

	return orders
		.entries()
		.map(([value, label]) => ({label, value}))
		.toArray();
};
