import {readFile} from 'node:fs/promises';
import {meter} from './meter.js';

/** QuickJS, metered and compiled. Shared by every sandbox and thread of the process; about 30 ms. */
export const loadProgram = async (): Promise<WebAssembly.Module> => {
	const bytes = await readFile(new URL(programUrl));
	return WebAssembly.compile(meter(bytes));
};

/** Where QuickJS lies: in its package when running from sources, and next to the bundle, where the build puts it, otherwise. */
const programUrl = import.meta.url.endsWith('.ts')
	? import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
	: new URL('quickjs.wasm', import.meta.url).href;
