import { strictAccounts } from '../../engine/ledger.ts';

export default strictAccounts('park', 1);
