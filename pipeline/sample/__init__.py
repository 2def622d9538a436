"""The sample archive: pages whose content is known, typeset and worn like early printed books."""
