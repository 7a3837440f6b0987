import '../styles/base.css';
import '../styles/console.css';
import { start } from './app.js';

start();
