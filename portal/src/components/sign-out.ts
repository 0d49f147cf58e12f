import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useSessionNews } from '../api/session.ts';
import { currentUser, useApi } from '../api/use-api.ts';

/** Here and in the other tabs. */
export function useSignOut(): () => void {
  const api = useApi();
  const client = useQueryClient();
  const navigate = useNavigate();
  const session = useSessionNews();
  const { mutate } = useMutation({
    mutationFn: () => api('GET /c/log_out'),
    onSuccess: async () => {
      session.tell('signed out');
      client.clear();
      client.setQueryData(currentUser(api).queryKey, null);
      await navigate({ to: '/account/sign-in', search: {} });
    },
  });
  return mutate;
}
