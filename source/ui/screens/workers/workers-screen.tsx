import {ListBody} from '../../components/list-body.js';
import {textOnlyFault} from '../../list/filter-fault.js';
import {listScreen} from '../../list/list-screen.js';
import {listHeight} from '../../list/list-slice.js';
import {newList, windowOf} from '../../list/list-state.js';
import {splitBody} from '../../list/split-body.js';
import {agesAfter} from '../../text/time-text.js';
import type {Line} from '../../text/span.js';
import type {WatchSpec} from '../../farm.js';
import {defineScreen} from '../../screen.js';
import {workerActions} from './worker-actions.js';
import {workerColumns} from './worker-columns.js';
import {workerDetail} from './worker-detail.js';
import {
	runningOn,
	selectedWorker,
	windowIn,
	type WorkersSlice,
	type WorkersView,
} from './workers-slice.js';

/** Of what a worker runs; more are counted. */
const mostShown = 64;

/** What the list shows. */
const watch = (view: WorkersView): WatchSpec => {
	const {list} = view.slice;
	return {
		what: 'workers',
		...(list.filter !== '' && {filter: {text: list.filter}}),
		...(list.order && {order: list.order}),
		window: windowOf(list, listHeight(view)),
	};
};

const detail = (view: WorkersView, width: number): readonly Line[] =>
	workerDetail(selectedWorker(view), {
		running: runningOn(view),
		now: view.state.now,
		width,
		glyphs: view.theme.glyphs,
	});

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
		const worker = selectedWorker(view);
		return {
			list: watch(view),
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
	ages: (view) =>
		runningOn(view).length > 0
			? 1000
			: agesAfter(
					(windowIn(view)?.rows ?? [])
						.filter(({state}) => state === 'off' || state === 'unreachable')
						.map(({last_seen: at}) => at),
					view.state.now,
				),
	...listScreen<WorkersSlice>({
		noun: 'worker',
		columns: workerColumns,
		window: windowIn,
		watch,
		detail,
		filterHelp: 'a part of the name or host',
		filterFault: (text) => textOnlyFault(text, 'a part of the name or host'),
		enter: {
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
		actions: workerActions,
	}),
	Component: WorkersBody,
});

function WorkersBody({view}: {readonly view: WorkersView}) {
	return (
		<ListBody<'workers'>
			name="workers"
			view={view}
			columns={workerColumns}
			window={windowIn(view)}
			empty="There are no workers: start one with `lifeblood worker`."
			detail={(width) => detail(view, width)}
		/>
	);
}
