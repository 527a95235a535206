"""How the harness operates a candidate: the driver protocol lienthong.driver/1 over several carriers."""
