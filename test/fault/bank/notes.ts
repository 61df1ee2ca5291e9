import { notesProjection } from '../../engine/ledger.ts';

export default notesProjection();
