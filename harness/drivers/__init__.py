"""How the harness moves a candidate: the driver protocol lienthong.driver/1 over several carriers."""
