/** What of WebAssembly the sandbox uses; TypeScript has it only together with the rest of a browser. */
declare namespace WebAssembly {
	type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	type Exports = Record<string, unknown>;

	type Module = {readonly [Symbol.toStringTag]: 'WebAssembly.Module'};

	class Instance {
		readonly exports: Exports;
		constructor(module: Module, imports: Imports);
	}

	class Memory {
		readonly buffer: ArrayBuffer;
		constructor(pages: {readonly initial: number; readonly maximum: number});
	}

	class Global {
		value: number;
		private constructor();
	}

	const compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<Module>;
}
