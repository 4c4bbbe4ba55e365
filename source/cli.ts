#!/usr/bin/env node
import process from 'node:process';

const {runCommandLine} = await import('./modes/command-line.js');
await runCommandLine(process.argv.slice(2));
