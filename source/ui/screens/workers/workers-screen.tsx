import {Box} from 'ink';
import {DetailPane} from '../../components/detail-pane.js';
import {ListPane} from '../../components/list-pane.js';
import {detailBindings} from '../../list/detail-bindings.js';
import {listBindings, type ListAccess} from '../../list/list-bindings.js';
import {listInput} from '../../list/list-input.js';
import {listStatus} from '../../list/list-status.js';
import {newList, settleList, windowOf} from '../../list/list-state.js';
import {splitBody} from '../../list/split-body.js';
import {agesAfter} from '../../text/time-text.js';
import type {WatchSpec} from '../../farm.js';
import {defineScreen} from '../../screen.js';
import {workerActions} from './worker-actions.js';
import {workerColumns} from './worker-columns.js';
import {workerDetail} from './worker-detail.js';
import {
	heightOf,
	runningOn,
	selectedWorker,
	windowIn,
	type WorkersSlice,
	type WorkersView,
} from './workers-slice.js';

const access: ListAccess<WorkersSlice> = {
	name: 'workers',
	list: ({list}) => list,
	withList: (slice, list) => ({...slice, list, detailTop: 0}),
	window: windowIn,
	height: heightOf,
	columns: workerColumns,
	filterHelp: 'a part of the name or host',
};

/** Of what a worker runs; more are counted. */
const mostShown = 64;

/** What the list shows. */
const listWatch = (view: WorkersView): WatchSpec => {
	const {list} = view.slice;
	return {
		what: 'workers',
		...(list.filter !== '' && {filter: {text: list.filter}}),
		...(list.order && {order: list.order}),
		window: windowOf(list, heightOf(view)),
	};
};

export const workersScreen = defineScreen<WorkersSlice>({
	name: 'workers',
	title: 'Workers',
	aliases: ['worker', 'w'],
	help: 'workers, with what they offer and what they run',
	scopeOf: (worker) => ({worker}),
	open: ({worker = ''}) => ({
		list: newList({filter: worker, order: {by: 'name', descending: false}}),
		detailTop: 0,
	}),
	crumb: () => 'workers',
	watches(view) {
		const {list} = view.slice;
		const worker = selectedWorker(view);
		return {
			list: listWatch(view),
			running:
				worker && worker.state !== 'off' && splitBody(view).detail
					? {
							what: 'tasks',
							filter: {worker: worker.name},
							window: {offset: 0, limit: mostShown},
						}
					: undefined,
		};
	},
	settle(view) {
		const list = settleList(
			view.slice.list,
			windowIn(view),
			heightOf(view),
			listWatch(view),
		);
		return list === view.slice.list ? view.slice : {...view.slice, list};
	},
	ages: (view) =>
		runningOn(view).length > 0
			? 1000
			: agesAfter(
					(windowIn(view)?.rows ?? [])
						.filter(({state}) => state === 'off' || state === 'unreachable')
						.map(({last_seen: at}) => at),
					view.state.now,
				),
	status: (view) => listStatus(view.slice.list, windowIn(view), 'worker'),
	onInput: listInput(access, (tools) => {
		tools.enlarge();
	}),
	columns: workerColumns,
	bindings: [
		...detailBindings<WorkersSlice>({
			top: ({detailTop}) => detailTop,
			withTop: (slice, detailTop) => ({...slice, detailTop}),
		}),
		{
			id: 'worker.open',
			keys: ['enter', 'l', 'right'],
			label: 'detail',
			help: 'all about the worker, over the whole screen; again to come back',
			disabled: (view) =>
				selectedWorker(view) === undefined
					? 'no worker is selected'
					: undefined,
			run(tools) {
				tools.enlarge();
			},
		},
		...workerActions,
		...listBindings(access),
	],
	Component: WorkersBody,
});

function WorkersBody({view}: {readonly view: WorkersView}) {
	const {list, detail} = splitBody(view);
	return (
		<Box>
			{list && (
				<ListPane<'workers'>
					name="workers"
					view={view}
					columns={workerColumns}
					list={view.slice.list}
					window={windowIn(view)}
					size={list}
					empty={
						view.slice.list.filter === ''
							? 'There are no workers: start one with `lifeblood worker`.'
							: 'No worker fits the filter.'
					}
				/>
			)}
			{detail && (
				<DetailPane
					view={view}
					lines={workerDetail(selectedWorker(view), {
						running: runningOn(view),
						now: view.state.now,
						width: detail.columns,
						glyphs: view.theme.glyphs,
					})}
					top={view.slice.detailTop}
					size={detail}
					hasRule={list !== undefined}
				/>
			)}
		</Box>
	);
}
