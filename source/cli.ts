#!/usr/bin/env node
import process from 'node:process';

const oldest = 22;

// Before anything else is read: an older Node fails somewhere in it, and says nothing that helps.
if (Number(process.versions.node.split('.', 1)[0]) < oldest) {
	process.stderr.write(
		`lifeblood: Node.js ${oldest} or newer is needed, and this is ${process.versions.node}.\n`,
	);
	process.exitCode = 1;
} else {
	const words = process.argv.slice(2);
	// Jobs call it in loops: it is done before all the rest is loaded. That is built for Node 22.3; the rest does it too.
	const {runJobLine} =
		words[0] === 'job' && 'getBuiltinModule' in process
			? await import('./modes/job-line.js')
			: {};
	if ((await runJobLine?.(words)) !== true) {
		const {runCommandLine} = await import('./modes/command-line.js');
		await runCommandLine(words);
	}
}
