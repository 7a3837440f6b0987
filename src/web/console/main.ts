import '../styles/base.css';
import '../styles/console.css';
import '../styles/work.css';
import '../styles/keep.css';
import { start } from './app.js';

start();
