import {Box} from 'ink';
import {Lines} from '../../components/lines.js';
import {defineScreen} from '../../screen.js';
import {isConnected} from '../../state.js';
import {pulseLines} from './pulse-lines.js';
import {spans, type PulseSlice, type PulseView} from './pulse-slice.js';

/** The farm's health at a glance. */
export const pulseScreen = defineScreen<PulseSlice>({
	name: 'pulse',
	title: 'Pulse',
	aliases: ['health', 'p'],
	help: "the farm's health on one screen",
	open: () => ({minutes: spans[0]}),
	crumb: () => 'pulse',
	watches: () => ({
		pulse: {what: 'pulse', window: {offset: 0, limit: 360}},
		events: {what: 'events', window: {offset: 0, limit: 6}},
	}),
	// Charts move on also where nothing happens any more.
	ages: () => 10_000,
	status: ({slice}) => [{text: `${slice.minutes} min`, role: 'dim'}],
	bindings: [
		{
			id: 'pulse.span',
			keys: ['t'],
			label: 'time',
			help: 'how much time the charts show: an hour, half an hour, ten minutes',
			run(tools) {
				tools.update(({minutes}) => ({
					minutes:
						spans[(spans.indexOf(minutes) + 1) % spans.length] ?? spans[0],
				}));
			},
		},
		{
			id: 'pulse.errors',
			keys: ['e'],
			label: 'errors',
			help: 'the tasks that are in error',
			run(tools) {
				tools.open('tasks', {states: ['error']});
			},
		},
		{
			id: 'pulse.queue',
			keys: ['r'],
			label: 'ready',
			help: 'the tasks that wait for a worker',
			run(tools) {
				tools.open('tasks', {states: ['ready']});
			},
		},
		{
			id: 'pulse.workers',
			keys: ['w'],
			label: 'workers',
			help: 'the workers',
			run(tools) {
				tools.go('workers');
			},
		},
	],
	Component: PulseBody,
});

function PulseBody({view}: {readonly view: PulseView}) {
	return (
		<Box width={view.body.columns} height={view.body.rows} flexShrink={0}>
			<Lines
				lines={pulseLines(view).map((line) => ({line}))}
				theme={view.theme}
				isDimmed={!isConnected(view.state)}
			/>
		</Box>
	);
}
