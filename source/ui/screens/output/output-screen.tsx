import {Box} from 'ink';
import {Lines} from '../../components/lines.js';
import {defineScreen} from '../../screen.js';
import {isConnected} from '../../state.js';
import {followOutput} from './follow-output.js';
import {outputBindings} from './output-bindings.js';
import {outputLines, outputStatus} from './output-lines.js';
import {
	logWatch,
	newOutput,
	shownInvocations,
	taskWatch,
	type OutputSlice,
	type OutputView,
} from './output-slice.js';

/** What processes wrote. */
export const outputScreen = defineScreen<OutputSlice>({
	name: 'output',
	title: 'Output',
	aliases: ['tail'],
	help: 'what processes write: the logs of a task, or of several together',
	open: ({tasks = [], invocation}) => newOutput(tasks, invocation),
	crumb: ({sources}) =>
		sources.length === 0
			? 'output'
			: `log of ${sources.map(({task}) => `#${task}`).join(' ')}`,
	watches: ({slice}) => ({
		...Object.fromEntries(
			slice.sources.map(({task}) => [
				taskWatch(task),
				{what: 'task', id: task},
			]),
		),
		...Object.fromEntries(
			shownInvocations(slice).map((invocation) => [
				logWatch(invocation),
				{what: 'log', id: invocation},
			]),
		),
	}),
	follow: followOutput,
	status: outputStatus,
	bindings: outputBindings,
	Component: OutputBody,
});

function OutputBody({view}: {readonly view: OutputView}) {
	return (
		<Box width={view.body.columns} height={view.body.rows} flexShrink={0}>
			<Lines
				lines={outputLines(view).map((line) => ({line}))}
				theme={view.theme}
				isDimmed={!isConnected(view.state)}
			/>
		</Box>
	);
}
