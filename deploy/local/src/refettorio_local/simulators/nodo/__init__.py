"""pagoPA seen from the creditor: the node, the Checkout and a tobacconist's counter."""
