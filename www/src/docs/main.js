import { createApp } from 'vue';
import DocsApp from './DocsApp.vue';
import '../style/base.css';
import '../style/prose.css';
import '../style/docs.css';

createApp(DocsApp).mount('#app');
