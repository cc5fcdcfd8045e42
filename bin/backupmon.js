#!/usr/bin/env node
import '../dist/backupmon.js';
