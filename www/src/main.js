import { createApp } from 'vue';
import App from './App.vue';
import './style/base.css';
import './style/layout.css';
import './style/prose.css';
import './style/chat.css';

createApp(App).mount('#app');
