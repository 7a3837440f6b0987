import '../../../src/web/styles/base.css';
import '../../../src/web/styles/conversation.css';
import './page.css';
import { start } from './app.js';

start();
